"""Pages: fetched behind a feed's links, and taken apart into text and what they say of themselves."""
