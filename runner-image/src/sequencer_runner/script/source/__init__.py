"""The script as text, statements, code objects, frames and values."""
