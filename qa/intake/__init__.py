"""Bytes and addresses in, drafts out."""
