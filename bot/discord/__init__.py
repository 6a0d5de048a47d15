"""The Discord face. Only this package imports discord."""
