"""Facts of a row and of a pair with nothing wrong, to be spoilt by a test."""

from __future__ import annotations

from datetime import date

from app.limits import Limits
from app.model import Mapping
from app.moves import DryRun
from app.preflight_checks import Measure
from app.preflight_facts import (
    Drive,
    MapEntry,
    PairFacts,
    Person,
    Product,
    RowFacts,
    Said,
    TenantFacts,
)

MIGRATION, OFFICE = "sku-move", "sku-e3"
LIMITS = Limits(
    date(2026, 11, 26),
    2 * 10**12,
    5 * 10**12,
    ("SHAREPOINTONLINE_T2TODMOVE",),
    ("crosstenantuserdatamigration",),
    ("SHAREPOINT", "ONEDRIVE"),
    ("SHAREPOINTWAC", "SHAREPOINTONLINE_T2TODMOVE"),
)
MEASURE = Measure(LIMITS, frozenset({MIGRATION}), frozenset({OFFICE}))
ANA = Mapping(2, "ana@contoso.com", "ana@northwind.com", "S!A2", "S!B2")
PASSED = DryRun(200, "completed", passed=True)
PERSON = Person(
    Said.FOUND, "", True, "Member", frozenset({OFFICE, MIGRATION}), (("SharePoint", "Enabled"),)
)
GOOD = RowFacts(
    ANA,
    PERSON,
    Drive(Said.FOUND, "", 10**9, "normal", "https://contoso-my.sharepoint.com"),
    PERSON,
    Drive(Said.MISSING),
    MapEntry(Said.FOUND, "", "ANA@northwind.com", "regularUser"),
    PASSED,
)
MOVES = Product(MIGRATION, "Cross_tenant_user_data_migration", (), 100, 40)
E3 = Product(OFFICE, "SPE_E3", ("SHAREPOINTENTERPRISE",), 500, 400)
GOOD_PAIR = PairFacts(
    TenantFacts("id-1", "Contoso", (MOVES, E3)),
    TenantFacts("id-2", "Northwind", (E3,)),
    ("https://contoso-my.sharepoint.com",),
    "https://northwind-my.sharepoint.com",
    pending=0,
    queue_limit=4000,
    target_is_application=True,
    trust_source="GoodToProceed",
    trust_target="GoodToProceed",
    compatibility="Compatible",
    dry_runs_passed=1,
)
