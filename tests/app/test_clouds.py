"""Other clouds than the worldwide one are recognised by whatever names them."""

from __future__ import annotations

import pytest

from app import clouds
from app.clouds import other_cloud, other_cloud_of, wrong_cloud


@pytest.mark.parametrize(
    ("name", "cloud"),
    [
        ("contoso.onmicrosoft.com", ""),
        ("https://contoso-my.sharepoint.com", ""),
        ("login.microsoftonline.com", ""),
        ("notsharepoint.us.example.com", ""),
        ("contoso-my.sharepoint.us", clouds.GCC_HIGH),
        ("ana@contoso.onmicrosoft.us", clouds.GCC_HIGH),
        ("https://login.microsoftonline.us/x", clouds.GCC_HIGH),
        ("https://graph.microsoft.us", clouds.GCC_HIGH),
        ("dod-graph.microsoft.us", clouds.DOD),
        ("CONTOSO-my.sharepoint-mil.us", clouds.DOD),
        ("contoso.partner.onmschina.cn", clouds.CHINA),
        ("login.chinacloudapi.cn", clouds.CHINA),
        ("contoso.sharepoint.de", clouds.GERMANY),
        ("login.sovcloud-identity.fr", clouds.BLEU),
        ("graph.svc.sovcloud.de", clouds.DELOS),
    ],
)
def test_a_name_tells_the_cloud(name: str, cloud: str) -> None:
    assert other_cloud(name) == cloud


@pytest.mark.parametrize(
    ("configuration", "cloud"),
    [
        ({"tenant_region_scope": "EU", "cloud_instance_name": "microsoftonline.com"}, ""),
        ({"tenant_region_scope": "NA", "tenant_region_sub_scope": "GCC"}, clouds.GCC),
        ({"tenant_region_scope": "USGov", "tenant_region_sub_scope": "DODCON"}, clouds.GCC_HIGH),
        ({"tenant_region_scope": "USGov", "tenant_region_sub_scope": "DOD"}, clouds.DOD),
        ({"tenant_region_scope": "USGov"}, clouds.GCC_HIGH),
        ({"cloud_instance_name": "partner.microsoftonline.cn"}, clouds.CHINA),
        ({"msgraph_host": "graph.microsoft.us"}, clouds.GCC_HIGH),
        ({"tenant_region_sub_scope": None}, ""),
        ({}, ""),
    ],
)
def test_a_tenants_own_configuration_tells_it(configuration: dict[str, object], cloud: str) -> None:
    assert other_cloud_of(configuration) == cloud


def test_the_refusal_says_where_the_tenant_lies() -> None:
    error = wrong_cloud("contoso.onmicrosoft.us", clouds.GCC_HIGH)
    assert error.code == "WRONG_CLOUD"
    assert "GCC High" in error.title
    assert error.remedy
