"""What was sent to somebody: mails, newsletters, feeds."""
