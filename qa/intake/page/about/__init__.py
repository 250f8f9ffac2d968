"""What a page says about itself: title, authors, dates, each with where it stands."""
