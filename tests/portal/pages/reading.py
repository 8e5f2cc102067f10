"""Reads pages the way a browser would, to ask what is in them."""

from html.parser import HTMLParser

_VOID = {"meta", "link", "img", "input", "br", "path", "use", "circle", "ellipse", "rect"}


class Page(HTMLParser):
    """Elements with their attributes, the visible text, and whether every element was closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.balanced = True
        self.feed(text)
        self.close()
        self.balanced = self.balanced and not self._open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag in _VOID:
            return
        if not self._open or self._open.pop() != tag:
            self.balanced = False

    def handle_data(self, data):
        self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def links(self):
        """Everything the browser would fetch, follow or send to."""
        return [
            value
            for _, attributes in self.elements
            for name, value in attributes.items()
            if name in {"href", "src", "action", "srcset", "data", "poster", "formaction", "xlink:href"}
        ]

    def meta(self, name):
        return next(a["content"] for a in self.all("meta") if name in {a.get("property"), a.get("name")})
