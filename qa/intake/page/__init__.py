"""A web page to its story and what it says about itself."""
