"""A page of HTML read strictly: every tag closed in order, tables as texts, and what a reader would see."""

from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "img", "input", "col", "wbr"}
UNSEEN = {"style", "title", "desc"}


class Page(HTMLParser):
    """Tags with their attributes, tables, and the text; a tag that is not closed is an AssertionError."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.tables: list[list[list[str]]] = []
        self.pieces: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open, f"not closed: {self.open}"

    @property
    def text(self) -> str:
        """What is seen, spaces as they print."""
        seen = "".join(piece for tag, piece in self.pieces if tag not in UNSEEN)
        return " ".join(seen.replace("\xa0", " ").split())

    def all(self, tag: str, class_: str = "") -> list[dict[str, str]]:
        """The attributes of each such tag."""
        return [
            a for t, a in self.tags if t == tag and (not class_ or class_ in (a.get("class") or "").split())
        ]

    def table(self, head: str) -> list[list[str]]:
        """The rows of the table whose first cell holds this."""
        return next(table for table in self.tables if head in table[0][0])

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice: {tag} {names}"
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
        self.pieces.append((tag, " "))

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}> at {self.getpos()}"
        self.open.pop()

    def handle_data(self, data):
        tag = self.open[-1] if self.open else ""
        self.pieces.append((tag, data))
        if {"td", "th"} & set(self.open) and tag not in UNSEEN:
            row = self.tables[-1][-1]
            row[-1] = f"{row[-1]} {data.strip()}".strip().replace("\xa0", " ")
