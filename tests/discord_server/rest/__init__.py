"""The REST side: routes, who calls, what was refused."""
