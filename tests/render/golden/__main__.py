"""Write the golden files anew."""

from . import HERE, everything

for name, text in everything().items():
    (HERE / name).write_text(text, "utf-8")
    print(HERE / name)
