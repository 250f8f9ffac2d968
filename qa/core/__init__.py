"""What every package speaks: values, errors, settings and a few small tools."""
