"""Files that are one text: plain text, Markdown, PDF, Word, e-books, fragments of HTML."""
