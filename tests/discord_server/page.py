"""Messages and forms as a web page that looks roughly like Discord, for pictures in the documentation."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence
from datetime import datetime

from tests.discord_server import markdown, visible
from tests.discord_server.refusing import Json, inner, objects
from tests.discord_server.replies import Modal
from tests.discord_server.things import Attachment, Message

STYLE = """
body { margin: 0; background: #313338; color: #dbdee1; font: 15px/1.35 "gg sans", "Noto Sans", "Noto Sans CJK JP",
  "Noto Sans CJK SC", "DejaVu Sans", sans-serif; }
main { display: inline-block; width: 640px; padding: 12px 16px; }
.message { display: flex; gap: 14px; padding: 8px 0; }
.avatar { flex: 0 0 40px; height: 40px; border-radius: 50%; color: #fff; text-align: center; line-height: 40px;
  font-weight: 600; font-size: 18px; }
.body { flex: 1; min-width: 0; }
.name { color: #f2f3f5; font-weight: 600; } .time { color: #949ba4; font-size: 12px; margin-left: 6px; }
.tag { background: #5865f2; color: #fff; border-radius: 3px; font-size: 10px; font-weight: 600; padding: 1px 4px;
  margin-left: 5px; vertical-align: 2px; }

p { margin: 0; overflow-wrap: anywhere; } h1, h2, h3 { margin: 4px 0; color: #f2f3f5; line-height: 1.25; }
h1 { font-size: 22px; } h2 { font-size: 19px; } h3 { font-size: 16px; } li { margin-left: 18px; }
small { display: block; color: #949ba4; font-size: 12.5px; } b { color: #f2f3f5; } a { color: #00a8fc; }
blockquote { margin: 2px 0; padding-left: 10px; border-left: 4px solid #4e5058; }
code, pre { background: #2b2d31; border-radius: 4px; font-family: "DejaVu Sans Mono", monospace; font-size: 13px; }
code { padding: 1px 3px; } pre { margin: 4px 0; padding: 8px; border: 1px solid #1e1f22; }
.mention { background: #3c4270; color: #c9cdfb; border-radius: 3px; padding: 0 2px; }
.spoiler { background: #4e5058; border-radius: 3px; padding: 0 2px; }
.container { background: #2b2d31; border: 1px solid #3f4147; border-left: 4px solid #3f4147; border-radius: 8px;
  padding: 10px 14px; margin: 4px 0; display: grid; gap: 8px; }
.separator { border-top: 1px solid #3f4147; }
.row { display: flex; flex-wrap: wrap; gap: 8px; margin: 4px 0; }
.button { border-radius: 8px; padding: 6px 14px; color: #fff; font-size: 14px; font-weight: 500; background: #4e5058; }
.s1 { background: #5865f2; } .s3 { background: #248046; } .s4 { background: #da373c; } .disabled { opacity: .5; }
.select { flex: 1; background: #1e1f22; border-radius: 4px; padding: 9px 12px; color: #949ba4; }
.select::after { content: "⌄"; float: right; }
.options { background: #2b2d31; border-radius: 4px; padding: 4px 0; margin-top: 4px; }
.options div { padding: 6px 12px; } .options small { margin: 0; }
.section { display: flex; gap: 12px; justify-content: space-between; align-items: start; }
.gallery img { max-width: 100%; border-radius: 8px; } .file { background: #2b2d31; border: 1px solid #3f4147;
  border-radius: 8px; padding: 10px 12px; margin: 4px 0; color: #00a8fc; width: 300px; }
.embed { border-left: 4px solid #4e5058; background: #2b2d31; border-radius: 4px; padding: 8px 12px; margin: 4px 0; }
.reactions span { background: #2b2d31; border-radius: 8px; padding: 2px 8px; margin-right: 4px; font-size: 13px; }
.ephemeral { color: #949ba4; font-size: 12px; margin-top: 4px; } .whisper { background: #2f3136; border-radius: 6px;
  padding: 8px; margin: 0 -8px; }
.modal { background: #242429; border: 1px solid #3f4147; border-radius: 10px; padding: 18px; margin: 10px 0; }
.modal h2 { margin-top: 0; } .field { margin: 12px 0; } .field label { color: #f2f3f5; font-weight: 600; }
.input { background: #1e1f22; border-radius: 6px; padding: 9px 12px; color: #949ba4; margin-top: 5px; }
.long { min-height: 70px; } .required { color: #f23f43; } .right { text-align: right; }
"""
COLOURS = ("#5865f2", "#3ba55d", "#faa81a", "#ed4245", "#eb459e", "#9b59b6", "#1abc9c", "#607d8b")


def page(shown: Sequence[Message | Modal], now: datetime, *, open_selects: bool = False) -> str:
    """A whole page of messages and forms in this order; `open_selects` shows what can be chosen."""
    parts = [
        _modal(one, now) if isinstance(one, Modal) else _message(one, now, open_selects=open_selects) for one in shown
    ]
    return f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style><main>{"".join(parts)}</main>'


def _message(message: Message, now: datetime, *, open_selects: bool) -> str:
    guild = message.channel.guild
    member = None if guild is None else guild.members.get(message.author.id)
    name = message.author.name if member is None else member.name
    draw = _Drawing(message, now, open_selects=open_selects)
    tag = '<span class="tag">APP</span>' if message.author.bot else ""
    pin = '<span class="time">· pinned</span>' if message.pinned_at is not None else ""
    body = draw.text(message.content) + "".join(draw.embed(embed) for embed in message.embeds)
    body += "".join(draw.part(part) for part in message.components)
    body += "".join(draw.file(one) for one in message.attachments if not draw.is_used(one))
    reactions = "".join(f"<span>{e} {len(users)}</span>" for e, users in message.reactions.items() if users)
    if reactions:
        body += f'<div class="reactions">{reactions}</div>'
    if message.ephemeral:
        body += '<div class="ephemeral">Only you can see this · <a>Dismiss message</a></div>'
    colour = COLOURS[0] if message.author.bot else COLOURS[1 + sum(name.encode()) % (len(COLOURS) - 1)]
    return (
        f'<div class="message{" whisper" if message.ephemeral else ""}">'
        f'<div class="avatar" style="background:{colour}">{html.escape(name[:1])}</div><div class="body">'
        f'<div><span class="name">{html.escape(name)}</span>{tag}'
        f'<span class="time">{message.created_at:%H:%M}</span>{pin}</div>{body}</div></div>'
    )


class _Drawing:
    """The parts of one message."""

    def __init__(self, message: Message | None, now: datetime, *, open_selects: bool) -> None:
        self._message, self._now, self._open = message, now, open_selects
        used = visible.walk(message.components) if message is not None else ()
        self._used = {url for part in used for url in re.findall(r"attachment://([^'\"]+)", str(part))}

    def is_used(self, attachment: Attachment) -> bool:
        """Whether a component shows it already."""
        return attachment.filename in self._used

    def text(self, words: str) -> str:
        return markdown.to_html(words, self._now, self._name) if words else ""

    def embed(self, embed: Json) -> str:
        lines = [f"<b>{self.text(embed['title'])}</b>"] if embed.get("title") else []
        lines += [self.text(embed.get("description") or "")]
        lines += [f"<b>{self.text(f['name'])}</b>{self.text(f['value'])}" for f in objects(embed, "fields")]
        return f'<div class="embed">{"".join(lines)}</div>'

    def file(self, attachment: Attachment) -> str:
        if attachment.filename.endswith(".png"):
            return f'<div class="gallery">{self._picture(attachment)}</div>'
        return f'<div class="file">{html.escape(attachment.filename)}<small>{len(attachment.data)} bytes</small></div>'

    def part(self, part: Json) -> str:
        inside = "".join(self.part(one) for one in objects(part, "components"))
        match part.get("type"):
            case 1:
                return f'<div class="row">{inside}</div>'
            case 2:
                off = " disabled" if part.get("disabled") else ""
                emoji = inner(part, "emoji").get("name") or ""
                words = f"{emoji} {part.get('label') or ''}".strip()
                return f'<span class="button s{part.get("style")}{off}">{html.escape(words)}</span>'
            case 3 | 5 | 6 | 7 | 8:
                return self._select(part)
            case 9:
                return f'<div class="section"><div>{inside}</div>{self.part(part["accessory"])}</div>'
            case 10:
                return f"<div>{self.text(part['content'])}</div>"
            case 12:
                return f'<div class="gallery">{"".join(self._media(item) for item in part["items"])}</div>'
            case 11:
                return f'<div class="gallery">{self._media(part)}</div>'
            case 13:
                found = self._attached(part["file"]["url"])
                return "" if found is None else self.file(found)
            case 14:
                return '<div class="separator"></div>' if part.get("divider", True) else ""
            case 17:
                colour = part.get("accent_color")
                edge = "" if colour is None else f' style="border-left-color:#{colour:06x}"'
                return f'<div class="container"{edge}>{inside}</div>'
            case _:
                return ""

    def _select(self, part: Json) -> str:
        chosen = [option["label"] for option in objects(part, "options") if option.get("default")]
        words = ", ".join(chosen) or part.get("placeholder") or "Make a selection"
        drawn = f'<div class="select">{html.escape(words)}</div>'
        if not self._open:
            return drawn
        options = "".join(
            f"<div>{html.escape(option['label'])}<small>{html.escape(option.get('description') or '')}</small></div>"
            for option in objects(part, "options")
        )
        return f'<div style="flex:1">{drawn}<div class="options">{options}</div></div>'

    def _media(self, item: Json) -> str:
        found = self._attached(item["media"]["url"])
        return "" if found is None else self._picture(found, item.get("description"))

    def _picture(self, attachment: Attachment, described: str | None = None) -> str:
        data = base64.b64encode(attachment.data).decode()
        alt = html.escape(described or attachment.description or "")
        return f'<img alt="{alt}" src="data:image/png;base64,{data}">'

    def _attached(self, url: str) -> Attachment | None:
        name = url.rpartition("/")[2]
        held = [] if self._message is None else self._message.attachments
        return next((one for one in held if one.filename == name), None)

    def _name(self, sign: str, number: int) -> str:
        guild = None if self._message is None else self._message.channel.guild
        if guild is not None:
            if sign == "#" and number in guild.channels:
                return f"# {guild.channels[number].name}"
            if sign == "@&" and number in guild.roles:
                return f"@{guild.roles[number].name}"
            if number in guild.members:
                return f"@{guild.members[number].name}"
        return f"{sign}unknown"


def _modal(modal: Modal, now: datetime) -> str:
    draw = _Drawing(None, now, open_selects=False)
    fields: list[str] = []
    for outer in objects(modal.data, "components"):
        if outer["type"] == 10:
            fields.append(draw.part(outer))
            continue
        part = outer["component"] if outer["type"] == 18 else outer["components"][0]
        label = outer.get("label") or part.get("label") or ""
        star = '<span class="required"> *</span>' if part.get("required", True) and part["type"] != 23 else ""
        hint = f"<small>{html.escape(outer['description'])}</small>" if outer.get("description") else ""
        fields.append(f'<div class="field"><label>{html.escape(label)}{star}</label>{hint}{_input(part, draw)}</div>')
    submit = '<div class="right"><span class="button">Cancel</span> <span class="button s1">Submit</span></div>'
    return f'<div class="modal"><h2>{html.escape(modal.title)}</h2>{"".join(fields)}{submit}</div>'


def _input(part: Json, draw: _Drawing) -> str:
    match part["type"]:
        case 4:
            words = html.escape(part.get("value") or part.get("placeholder") or "")
            return f'<div class="input{" long" if part.get("style") == 2 else ""}">{words or "&nbsp;"}</div>'
        case 21 | 22:
            sign = "○" if part["type"] == 21 else "☐"
            return "".join(f"<div>{sign} {html.escape(option['label'])}</div>" for option in objects(part, "options"))
        case 23:
            return "<div>☐</div>"
        case 19:
            return '<div class="input">Drop a file here</div>'
        case _:
            return f'<div class="row">{draw.part(part)}</div>'
