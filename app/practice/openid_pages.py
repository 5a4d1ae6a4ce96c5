"""The few pages that a person sees at the practice sign-in; every word from outside is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from starlette.responses import HTMLResponse

_FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px sans-serif;max-width:26em;margin:4em auto;padding:0 1em}}
.practice{{background:#fde9a9;padding:.4em .6em}} .wrong{{color:#a4262c}}
input,button{{font:inherit;padding:.4em .6em;margin:.3em 0}} input[type=text],
input[type=password]{{width:100%;box-sizing:border-box}}</style></head>
<body><p class="practice">Practice sign-in: nothing real is touched.</p>
<h1>{title}</h1>{body}</body></html>"""


def page(title: str, body: str, status: int = 200) -> HTMLResponse:
    """`body` is HTML; the title is text."""
    text = _FRAME.format(title=escape(title), body=body)
    return HTMLResponse(text, status, headers={"Cache-Control": "no-store"})


def login(
    tenant: str, address: str, kept: Mapping[str, str], name: str = "", wrong: str = ""
) -> HTMLResponse:
    """Asks for an account; `kept` travels along."""
    return page(
        f"Sign in to {tenant}",
        _wrong(wrong)
        + _form(
            address,
            kept,
            '<label for="username">Account</label>'
            f'<input type="text" id="username" name="username" value="{escape(name)}">'
            '<label for="password">Password</label>'
            '<input type="password" id="password" name="password">'
            '<button id="sign-in">Sign in</button>',
        ),
        400 if wrong else 200,
    )


def consent(tenant: str, address: str, kept: Mapping[str, str]) -> HTMLResponse:
    """Asks an administrator for consent for the whole organization."""
    return page(
        f"Permissions requested for {tenant}",
        _form(
            address,
            kept,
            '<button id="accept" name="consent" value="yes">Accept</button> '
            '<button id="cancel" name="consent" value="no">Cancel</button>',
        ),
    )


def device(address: str, wrong: str = "", code: str = "") -> HTMLResponse:
    """Asks for a device code and an account."""
    return page(
        "Enter the code",
        _wrong(wrong)
        + _form(
            address,
            {},
            '<label for="code">Code</label>'
            f'<input type="text" id="code" name="code" value="{escape(code)}">'
            '<label for="username">Account</label>'
            '<input type="text" id="username" name="username">'
            '<label for="password">Password</label>'
            '<input type="password" id="password" name="password">'
            '<button id="sign-in" name="answer" value="yes">Sign in</button> '
            '<button id="refuse" name="answer" value="no">I did not ask for this</button>',
        ),
        400 if wrong else 200,
    )


def hand_back(address: str, fields: Mapping[str, str]) -> HTMLResponse:
    """Sends the browser back to the program with these fields (`response_mode=form_post`)."""
    form = _form(address, fields, '<button id="go-on">Go on</button>')
    return page("Signing in", f"{form}<script>document.forms[0].submit()</script>")


def _form(address: str, kept: Mapping[str, str], inside: str) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in kept.items()
    )
    return f'<form method="post" action="{escape(address)}">{hidden}{inside}</form>'


def _wrong(text: str) -> str:
    return f'<p class="wrong" id="wrong">{escape(text)}</p>' if text else ""
