"""An evidence pack holds everything, no secret, and shows every change of a byte."""

from __future__ import annotations

import io
import json
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from app.clock import SystemClock
from app.errors import AppError
from app.evidence import Packed, pack_evidence
from app.journal import Journal
from app.report_order import EvidenceOrder
from app.workbook.backups import back_up
from report_state import NOON, state
from resources.verify_evidence import Changed, verify

__all__ = ["state"]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "Plan.xlsx"
    workbook = openpyxl.Workbook()
    workbook.create_sheet("Mapping").append(["SourceUPN", "TargetUPN"])
    workbook.save(path)
    return path


def make(state: Path, book: Path, **more: Any) -> tuple[Path, Packed]:
    target = book.with_name("evidence.zip")
    return target, pack_evidence(EvidenceOrder(state, book, target, **more), NOON)


def test_it_holds_the_workbook_before_and_after_the_journal_the_acts_and_the_report(
    state: Path, book: Path
) -> None:
    before = book.read_bytes()
    back_up(book)
    book.write_bytes(before + b" ")
    target, packed = make(state, book)
    with zipfile.ZipFile(target) as pack:
        assert pack.testzip() is None
        names = pack.namelist()
        [old] = [name for name in names if name.startswith("workbook/before/")]
        assert pack.read(old) == before
        assert pack.read("workbook/after/Plan.xlsx") == before + b" "
        assert len(pack.read("journal/events.jsonl").splitlines()) == packed.events == 24
        table = pack.read("journal/events.csv").decode("utf-8-sig").splitlines()
        assert len(table) == packed.events + 1
        report = openpyxl.load_workbook(io.BytesIO(pack.read("report/status report.xlsx")))
        assert report["People"].max_row == 11
        assert len(names) == packed.files == 10
        assert verify(target).head == packed.head


def test_the_acts_are_the_cmdlets_that_do_the_same(state: Path, book: Path) -> None:
    target, _ = make(state, book)
    with zipfile.ZipFile(target) as pack:
        script = pack.read("powershell/acts.ps1").decode("utf-8-sig")
    starts = [line for line in script.splitlines() if line.startswith("Start-SPO")]
    assert len(starts) == 8
    names = "-SourceUserPrincipalName 'p{0}@c.com' -TargetUserPrincipalName 'p{0}@n.com'"
    host = "-TargetCrossTenantHostUrl 'https://practice-target-my.sharepoint.com'"
    begin = "-PreferredMoveBeginDate ([DateTime]::new(2026, 12, 5, 12, 0, 0, [DateTimeKind]::Utc))"
    cmdlet = "Start-SPOCrossTenantUserContentMove"
    assert starts[0] == f"{cmdlet} {names.format(0)} {host} {begin}"
    assert starts[7] == f"{cmdlet} {names.format(7)} {host}"
    assert "Connect-SPOService -Url 'https://practice-source-admin.sharepoint.com'" in script
    # Run by accident it does nothing.
    assert script.index("return") < script.index("Connect-SPOService")
    assert all(line.isascii() for line in script.splitlines())


def test_the_verifier_in_it_needs_nothing_but_python(state: Path, book: Path) -> None:
    target, packed = make(state, book)
    with zipfile.ZipFile(target) as pack:
        pack.extract("verify_evidence.py", target.parent)
    script = target.parent / "verify_evidence.py"
    command = [sys.executable, "-I", "-S", str(script), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert packed.manifest_sha256 in done.stdout
    assert "Not signed" in done.stdout
    wrong = [*command, "--expect", "0" * 64]
    assert subprocess.run(wrong, capture_output=True, check=False).returncode == 1
    assert subprocess.run([*command[:-1], "none"], capture_output=True).returncode == 2


def found_in(target: Path, content: bytes) -> bool:
    """Whether the verifier finds fault with this content in place of the pack's."""
    changed = target.with_name("changed.zip")
    changed.write_bytes(content)
    try:
        verify(changed)
    except Changed:
        return True
    return False


def _places(content: bytes, several: int) -> list[int]:
    """The whole signature, much of the archive's structure and of the manifest, others anywhere."""
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        offset = pack.start_dir
        headers = [
            place
            for info in pack.infolist()
            for place in range(info.header_offset, info.header_offset + 30 + len(info.filename))
        ]
        manifest, signature = (
            pack.getinfo(name).header_offset for name in ("manifest.json", "signature/manifest.sig")
        )
    draw = random.Random(len(content))
    inside = [draw.randrange(offset) for _ in range(several)]
    structure = headers + list(range(offset, len(content))) + list(range(manifest, signature))
    whole = list(range(signature, offset))
    return whole + draw.sample(structure, min(several, len(structure))) + inside


def test_any_changed_byte_is_found_also_in_the_archive_itself(
    state: Path, book: Path, tmp_path: Path
) -> None:
    key = _pem(tmp_path, ec.generate_private_key(ec.SECP256R1()))
    target, _ = make(state, book, key_file=key)
    content = target.read_bytes()
    assert not found_in(target, content)
    draw = random.Random(7)
    missed = []
    for place in _places(content, 250):
        bent = bytearray(content)
        bent[place] ^= 1 << draw.randrange(8)
        if not found_in(target, bytes(bent)):
            missed.append(place)
    assert missed == []


@pytest.mark.parametrize(
    "bend",
    [
        lambda content: content[:-1],
        lambda content: content + b"x",
        lambda content: b"x" + content,
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: content[:1000] + content[1001:],
    ],
    ids=["cut", "longer", "something before", "half", "empty", "a byte less"],
)
def test_what_is_cut_or_added_is_found(state: Path, book: Path, bend: Any) -> None:
    target, _ = make(state, book)
    assert found_in(target, bend(target.read_bytes()))


def _rewritten(target: Path, name: str, old: bytes, new: bytes) -> bytes:
    """As an ordinary program would change a file in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(target) as pack, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as other:
        for info in pack.infolist():
            content = pack.read(info)
            other.writestr(
                info.filename, content.replace(old, new) if info.filename == name else content
            )
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("journal/events.jsonl", b"p5@c.com", b"p6@c.com"),
        ("verify_evidence.py", b"return 1", b"return 0"),
        ("powershell/acts.ps1", b"Start-SPO", b"Stop-SPO"),
        ("manifest.json", b'"events": 24', b'"events": 23'),
        ("manifest.json", b"nothing of it", b""),
    ],
)
def test_a_file_that_was_written_anew_is_found(
    state: Path, book: Path, name: str, old: bytes, new: bytes
) -> None:
    target, _ = make(state, book)
    assert found_in(target, _rewritten(target, name, old, new))


# Signatures


def _pem(folder: Path, key: Any, password: bytes = b"") -> Path:
    path = folder / "key.pem"
    locked = ser.BestAvailableEncryption(password) if password else ser.NoEncryption()
    path.write_bytes(key.private_bytes(ser.Encoding.PEM, ser.PrivateFormat.PKCS8, locked))
    return path


def _certificate(key: Any) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Contoso")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(key.public_key()).serial_number(7)
    builder = builder.not_valid_before(now).not_valid_after(now + timedelta(days=900))
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, algorithm)


KEYS: dict[str, Callable[[], Any]] = {
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
    "ecdsa": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
}


@pytest.mark.parametrize("kind", KEYS)
def test_a_signature_is_checked_and_the_key_is_not_in_the_pack(
    state: Path, book: Path, tmp_path: Path, kind: str
) -> None:
    key = KEYS[kind]()
    own, other = tmp_path / "own.pem", tmp_path / "other.pem"
    own.write_bytes(_certificate(key).public_bytes(ser.Encoding.PEM))
    other.write_bytes(_certificate(KEYS[kind]()).public_bytes(ser.Encoding.PEM))
    key_file = _pem(tmp_path, key, b"secret")
    target, packed = make(state, book, key_file=key_file, certificate=own, password="secret")
    assert verify(target).signature == "good"
    assert verify(target, own).signer == packed.signer
    with pytest.raises(Changed, match="certificate that you trust"):
        verify(target, other)
    with zipfile.ZipFile(target) as pack:
        everything = b"".join(pack.read(name) for name in pack.namelist())
    assert b"PRIVATE KEY-" not in everything.replace(b"PRIVATE KEY|", b"")
    _check_by_openssl_alone(target, own)


def _check_by_openssl_alone(target: Path, own: Path) -> None:
    """The verifier without its own packages falls back on the program."""
    if shutil.which("openssl") is None:
        return
    with zipfile.ZipFile(target) as pack:
        pack.extract("verify_evidence.py", target.parent)
    script = target.parent / "verify_evidence.py"
    command = [sys.executable, "-I", "-S", str(script), str(target), "--trust", str(own)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Signed with the key" in done.stdout


def test_without_anything_to_check_it_says_so(state: Path, book: Path, tmp_path: Path) -> None:
    target, _ = make(state, book, key_file=_pem(tmp_path, KEYS["ecdsa"]()))
    with zipfile.ZipFile(target) as pack:
        pack.extract("verify_evidence.py", target.parent)
    script = target.parent / "verify_evidence.py"
    command = [sys.executable, "-I", "-S", str(script), str(target)]
    nothing = {"PATH": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, env=nothing, check=False)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "NOT checked" in done.stdout


def test_a_pkcs12_file_signs_too(state: Path, book: Path, tmp_path: Path) -> None:
    key = KEYS["rsa"]()
    path = tmp_path / "key.pfx"
    locked = ser.BestAvailableEncryption(b"secret")
    path.write_bytes(
        ser.pkcs12.serialize_key_and_certificates(b"us", key, _certificate(key), None, locked)
    )
    target, _ = make(state, book, key_file=path, password="secret")
    assert verify(target).signature == "good"
    target.unlink()
    with pytest.raises(AppError) as caught:
        make(state, book, key_file=path, password="wrong")
    assert caught.value.code == "KEY_PASSWORD"
    assert not target.exists()


def test_a_certificate_of_another_key_is_refused(state: Path, book: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(_certificate(KEYS["ecdsa"]()).public_bytes(ser.Encoding.PEM))
    with pytest.raises(AppError) as caught:
        make(state, book, key_file=_pem(tmp_path, KEYS["ecdsa"]()), certificate=other)
    assert caught.value.code == "KEY_OTHER"


def test_a_signature_that_was_taken_away_is_missed_by_whoever_trusts(
    state: Path, book: Path, tmp_path: Path
) -> None:
    key = KEYS["ecdsa"]()
    own = tmp_path / "own.pem"
    own.write_bytes(_certificate(key).public_bytes(ser.Encoding.PEM))
    target, _ = make(state, book)
    with pytest.raises(Changed, match="not signed"):
        verify(target, own)


# Secrets


@pytest.mark.parametrize(
    "text",
    [
        "call failed: Authorization: Bearer abcdefghijklmnop0123",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc",
        "-----BEGIN RSA PRIVATE KEY-----",
    ],
)
def test_a_token_in_the_journal_keeps_the_pack_from_being_made(
    state: Path, book: Path, text: str
) -> None:
    with closing(Journal(state, SystemClock())) as journal:
        journal.record("call failed", text)
    with pytest.raises(AppError) as caught:
        make(state, book)
    assert caught.value.code == "SECRET_FOUND"
    assert "Bearer abc" not in str(caught.value)
    assert not list(book.parent.glob("*.zip"))


def test_the_tokens_beside_the_journal_stay_there(state: Path, book: Path, tmp_path: Path) -> None:
    note = {"source_token": "s3cret-source-token", "target_token": "s3cret-target-token"}
    (state / "practice.json").write_text(json.dumps(note))
    with closing(Journal(state, SystemClock())) as journal:
        journal.set_setting("a setting", "s3cret-setting-token")
    target, _ = make(
        state,
        book,
        key_file=_pem(tmp_path, KEYS["ecdsa"](), b"s3cret-password"),
        password="s3cret-password",
    )
    with zipfile.ZipFile(target) as pack:
        for name in pack.namelist():
            assert b"s3cret" not in pack.read(name), name
    assert b"s3cret" not in target.read_bytes()


def test_the_command_packs_and_verifies(state: Path, book: Path, tmp_path: Path) -> None:
    key = _pem(tmp_path, KEYS["ecdsa"](), b"secret")
    password, target = tmp_path / "password", tmp_path / "evidence.zip"
    password.write_text("secret\n")

    def command(*arguments: object) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "app", "evidence", *map(str, arguments)]
        return subprocess.run(line, capture_output=True, text=True, check=False)

    options = ("--state-dir", state, "--key", key, "--password-file", password)
    done = command("pack", book, "-o", target, *options)
    assert done.returncode == 0, done.stderr
    number = done.stdout.split("manifest: ")[1].split()[0]
    done = command("verify", target, "--expect", number)
    assert done.returncode == 0, done.stdout
    assert "Signed with the key" in done.stdout
    content = bytearray(target.read_bytes())
    content[len(content) // 2] ^= 1
    target.write_bytes(content)
    done = command("verify", target)
    assert (done.returncode, done.stdout[:8]) == (1, "CHANGED:")


def test_a_journal_that_was_changed_is_not_packed(state: Path, book: Path) -> None:
    import sqlite3

    with closing(sqlite3.connect(state / "journal.db")) as db:
        db.execute("UPDATE events SET detail = 'other' WHERE seq = 3")
        db.commit()
    with pytest.raises(AppError) as caught:
        make(state, book)
    assert caught.value.code == "CHAIN_BROKEN"
    assert not list(book.parent.glob("*.zip"))


def test_the_manifest_says_which_tenants(state: Path, book: Path) -> None:
    target, _ = make(state, book)
    with zipfile.ZipFile(target) as pack:
        manifest = json.loads(pack.read("manifest.json"))
    assert manifest["connection"]["target_name"] == "Practice target"
    assert manifest["made_utc"] == "2026-12-05T12:00:00+00:00"
