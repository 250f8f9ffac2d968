"""From what people have (pages, PDF, Word, e-books, mail, feeds, text) to articles: bytes in, drafts out."""
