"""What kind of answer a question asks for, told by its phrase alone."""
