"""The cmdlets about the two tenants: sign-in, host URL, trust and compatibility."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.practice import causes
from app.practice.access import Side
from app.practice.cmdlet_syntax import BINDING, CmdletError
from app.practice.engine import Engine
from app.practice.printed import Printed, refused
from app.practice.tenancy import Tenancy
from app.practice.trust import Role, host_name

_APP_ONLY = ("CertificatePath", "CertificateThumbprint")
_ARGUMENT = "System.ArgumentException"


class TenantCmdlets:
    """Each method is one cmdlet; the engine has played up to the moment of the call."""

    def __init__(self, engine: Engine, tenancy: Tenancy) -> None:
        self._engine = engine
        self._tenancy = tenancy

    def connect(self, side: Side, bound: Mapping[str, Any]) -> Printed:
        """Good for the admin URL of the tenant whose administrator sits before the shell."""
        if "ClientId" in bound or "TenantId" in bound:
            self._check_app_only(side, bound)
        if bound.get("Region", "Default") != "Default":
            raise CmdletError(
                f"The region {bound['Region']} has no practice tenants.", "System.Net.WebException"
            )
        host = bound["Url"].casefold().rstrip("/")
        tenant = self._tenancy.tenant(side)
        if host == tenant.admin_host.casefold():
            return Printed()
        partner = Side.TARGET if side is Side.SOURCE else Side.SOURCE
        if host == self._tenancy.tenant(partner).admin_host.casefold():
            raise CmdletError(
                "The remote server returned an error: (401) Unauthorized.",
                "System.Net.WebException",
            )
        if host_name(host) == host_name(tenant.my_host):
            raise CmdletError(
                "Current site is not a tenant administration site.",
                "System.InvalidOperationException",
            )
        name = host.partition("://")[2].partition("/")[0]
        raise CmdletError(
            f"The remote name could not be resolved: '{name}'", "System.Net.WebException"
        )

    def _check_app_only(self, side: Side, bound: Mapping[str, Any]) -> None:
        """An application has a certificate, and names its tenant by id or domain."""
        if not ("ClientId" in bound and "TenantId" in bound and set(_APP_ONLY) & set(bound)):
            message = "Parameter set cannot be resolved using the specified named parameters."
            raise CmdletError(message, BINDING)
        tenant = self._tenancy.tenant(side)
        wished = bound["TenantId"].casefold()
        if wished not in (tenant.id.casefold(), *tenant.domains):
            raise CmdletError(
                f"AADSTS90002: Tenant '{bound['TenantId']}' not found.",
                "Microsoft.Identity.Client.MsalServiceException",
            )

    def host_url(self, side: Side, _bound: Mapping[str, Any]) -> Printed:
        return Printed([self._engine.trust.host_text(side)])

    def relate(self, side: Side, bound: Mapping[str, Any]) -> Printed:
        """Without the feature a tenant fails here already (many reports, 2022 and 2023)."""
        role = _role(bound)
        if not self._engine.scenario.tenants.feature_is_enabled:
            raise refused(causes.FEATURE_OFF)
        host = bound["PartnerCrossTenantHostUrl"]
        self._engine.trust.relate(side, role, host, self._engine.advanced_to)
        return Printed()

    def verify(self, side: Side, bound: Mapping[str, Any]) -> Printed:
        host, now = bound["PartnerCrossTenantHostUrl"], self._engine.advanced_to
        return Printed([str(self._engine.trust.verify(side, _role(bound), host, now))])

    def remove(self, side: Side, bound: Mapping[str, Any]) -> Printed:
        role, host = _role(bound), bound["PartnerCrossTenantHostUrl"]
        cause = self._engine.trust.reading_obstacle(side, host, role)
        if cause is not None:
            raise refused(cause, host=host)
        self._engine.trust.remove(side, role, host)
        return Printed()

    def compatibility(self, side: Side, bound: Mapping[str, Any]) -> Printed:
        """On the source only."""
        host = bound["PartnerCrossTenantHostUrl"]
        if side is not Side.SOURCE:
            raise refused(causes.WRONG_SIDE, host=host)
        return Printed([str(self._engine.trust.compatibility(host, self._engine.advanced_to))])


def _role(bound: Mapping[str, Any]) -> Role:
    for name in ("Scenario", "PartnerRole"):
        if bound[name] == "None":
            raise CmdletError(f"The parameter {name} can't be None.", _ARGUMENT)
    return Role(bound["PartnerRole"])
