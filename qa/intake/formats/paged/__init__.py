"""Files made of pages: PDF, and lines on pages to running text."""
