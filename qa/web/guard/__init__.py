"""What every request passes: host, origin, login, limits."""
