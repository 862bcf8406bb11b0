"""Signs in and writes the configuration of a run: who asks, and ids that exist, so that requests reach what they mean.

usage: api-config.py URL ACCOUNTS ROLE   (the configuration goes to standard output)
"""

import datetime
import json
import struct
import sys
import urllib.error
import urllib.request
import zlib

url, accounts, role = sys.argv[1:4]
SEED = 20261123
# Of ids, as many as a dictionary holds, and how often they are taken instead of made-up ones.
IDS, OFTEN = 40, 0.75


def ask(path, token=None, body=None, kind="application/json"):
    headers = {"Content-Type": kind}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    request = urllib.request.Request(url + path, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        # A role that may not read something simply brings no ids of it.
        if token and error.code in (403, 404):
            return {"items": [], "contacts": []}
        raise SystemExit(f"api-config: {path}: {error.code} {error.read().decode()}")


with open(accounts, encoding="utf-8") as file:
    account = next((a for a in json.load(file) if a["role"] == role), None)
if account is None:
    raise SystemExit(f"api-config: {accounts} has nobody with role {role}")
session = ask("/api/v1/session", body={"login": account["login"], "password": account["password"]})
token, unit = session["token"], session["actor"]["unit"]


def picture(colour):
    """A PNG of one colour, 8 by 8."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes(colour) * 8) * 8
    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def stored(shade):
    return ask("/api/v1/files", token, picture((shade, 90, 160)), "image/png")


def named_in(row):
    """Its own id, or that of the record inside the line."""
    inner = [row] + [value for value in row.values() if isinstance(value, dict)]
    return next((one["id"] for one in inner if "id" in one), None)


def ids(path, most=IDS):
    return [found for found in map(named_in, ask(path, token)["items"]) if found][:most]


contacts = ask(f"/api/v1/units/{unit}/contacts", token)["contacts"]
hazards = ids("/api/v1/hazards?limit=40") + ids("/api/v1/hazards?bucket=open&limit=40")
now = datetime.datetime.fromisoformat(
    ask("/api/v1/hazards/stats", token).get("since", "2026-08-25T07:30:00+08:00")
) + datetime.timedelta(days=90)


def moments(*hours):
    return [(now + datetime.timedelta(hours=h)).isoformat(timespec="seconds") for h in hours]


named = {
    "hazard": hazards,
    "check": ids("/api/v1/checks?limit=20"),
    "unit": [unit] + ids("/api/v1/units?limit=20"),
    "place": ids(f"/api/v1/units/{unit}/places?limit=20"),
    "person": [c["person"] for c in contacts][:IDS] + ids(f"/api/v1/units/{unit}/people?limit=20"),
    "post": [c["post"] for c in contacts][:IDS],
    "notice": ids("/api/v1/notices"),
    "layer": ids("/api/v1/layers"),
    "text": ids(f"/api/v1/texts?unit={unit}"),
    "class": ids(f"/api/v1/classes?unit={unit}"),
    "support": ids("/api/v1/supports"),
    "visit": ids("/api/v1/supports/visits"),
    "incident": ids("/api/v1/incidents"),
    "agency": ids("/api/v1/units?kind=agency&limit=10"),
    "past": moments(-50, -5, -1),
    "future": moments(20, 200, 500),
    "day": [m[:10] for m in moments(-1000, -200, -30, 0)],
    "photo": [row["hash"] for row in map(stored, (10, 200)) if "hash" in row],
    "word": ["灯", "zfg", "江", "<b>x</b>", "=1+1", "' or 1=1 --"],
}
# For each act, hazards on which this very asker may do it now.
acts = {}
for hazard in ids("/api/v1/hazards?bucket=open&limit=200", 80):
    for act in ask(f"/api/v1/hazards/{hazard}", token).get("acts", []):
        acts.setdefault(act, []).append(hazard)
named |= {f"act_{act}": hazards[:IDS] for act, hazards in acts.items()}
named["record"] = named["hazard"][:10] + named["check"][:5] + named["person"][:5] + named["unit"][:3]
fields = {
    "place": "place", "assignee": "person", "behalf": "person", "person": "person", "unit": "unit", "parent": "unit",
    "to": "agency", "into": "unit",
    "until": "future", "seen_at": "past", "check_run": "check",
    "photos[*]": "photo", "with[*]": "person", "places[*].place": "place", "places[*].seen_at": "past",
}
parts = {
    "^/api/v1/hazards/": "hazard", "^/api/v1/checks/": "check", "^/api/v1/units/": "unit", "^/api/v1/places/": "place",
    "^/api/v1/persons/": "person", "^/api/v1/posts/": "post", "^/api/v1/records/": "record",
    "^/api/v1/files/": "photo", "^/api/v1/notices/": "notice", "^/api/v1/layers/": "layer", "^/api/v1/texts/": "text",
    "^/api/v1/classes/": "class", "^/api/v1/supports/visits/": "visit", "^/api/v1/supports/": "support",
    "^/api/v1/incidents/": "incident",
}

# The first that fits is taken.
parts = {f"^/api/v1/hazards/[^/]+/{act}$": f"act_{act}" for act in acts} | parts

out = [f"seed = {SEED}", f'headers = {{ Authorization = "Bearer {token}" }}']
out += [f"[dictionaries.{name}]\nvalues = {json.dumps(sorted(set(v)), ensure_ascii=False)}" for name, v in named.items() if v]


def bind(key, name):
    return f'"{key}" = {{ dictionary = "{name}", probability = {OFTEN} }}' if named[name] else ""


out.append("[parameters]")
out += [bind(f"body.{field}", name) for field, name in fields.items()]
out += [bind("query.unit", "unit"), bind("query.place", "place"), bind("query.query", "word")]
out += [bind("query.from_on", "day"), bind("query.until_on", "day"), bind("query.month", "day")]
out += [bind("header.X-Claimed-At", "past"), bind("header.X-Device-At", "past")]
for pattern, name in parts.items():
    if named[name]:
        place = "path.hash" if name == "photo" else "path.id"
        out += ["[[operations]]", f"include-path-regex = {json.dumps(pattern)}"]
        out += [f"parameters = {{ {bind(place, name)} }}"]
print("\n".join(line for line in out if line))
