"""The practice tenants: a local service that speaks the public contract of the real one."""
