"""Generated bills in every odd form, what reports must say of them, and an upstream that serves them."""
