#!/usr/bin/env python3
# pyright: basic
"""Check an exported Accord deliberation with nothing but Python 3.9 or newer: no other file, no network.

    python verify.py                      the folder that this file is in
    python verify.py export.zip           a zip, or a log.jsonl, or another folder
    python verify.py --receipt TAG:SALT   is the ballot that this receipt is of in the count, as it was cast?
    python verify.py --key FINGERPRINT    fail unless this key signed (the bot posts it where people deliberate)
    python verify.py --head HASH          fail unless this is the log's last hash (it is posted at the close)

It checks the hash chain, every personal value against its commitment, the manifest's hashes, the deployment's Ed25519
signatures, every closed poll's count, and that the end follows from it. Exit code 0: all is well. 1: something is not.
2: this is no export.

It is written to be read: the formats are in docs/storage.md and docs/exports.md of Accord. Running the model's
selections again takes the whole program (`accord verify`). A receipt proves to its holder how they voted; it does not
prevent coercion, since whoever hands it over shows it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

Json = dict[str, Any]
Opener = Callable[[str], IO[bytes]]

LOG, MANIFEST, SIGNATURE = "log.jsonl", "manifest.json", "signature.json"
KEEP = "none"
AGREE_FROM, HIGHEST = 5, 7
RECORD: dict[str, type] = {
    "deliberation": str,
    "version": int,
    "at": int,
    "request": str,
    "kind": str,
    "schema_version": int,
    "payload": dict,
    "previous": str,
    "hash": str,
}
TYPES = list(RECORD.values())
VALUE = {"commitment", "salt", "value"}
FOREIGN, TOO_EARLY = "this is not a record that accord wrote", "the log ends too early"
KEPT = {
    "opened": (2, "question background settings moderator until"),
    "critique_opened": (1, "round statement until moderator"),
    "poll_opened": (1, "poll round options until moderator"),
    "ballot_cast": (1, "poll voter ballot reason"),
    "poll_closed": (
        1,
        "poll round ballots withheld tally counted voided choice choice_ranking quorum_met adopted tie_broken_by",
    ),
    "closed": (2, "outcome statement text participation reason moderator"),
}
"""The kinds of records that a count reads: the newest version that is known here, and the names that it holds."""


class NotWhole(Exception):  # noqa: N818 - it is what the log is
    """What is wrong, and where."""


class NotALog(Exception):  # noqa: N818 - as above
    """There is nothing to check."""


# Hashes


# One encoder for all values, and below one decoder: a long log has millions.
CANONICAL = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
)


def canonical(value: Any) -> bytes:
    """The one byte sequence that stands for a JSON value: names sorted, no spaces, UTF-8."""
    return CANONICAL.encode(value).encode()


def record_hash(record: Json) -> str:
    """The hash over a record's canonical JSON without its own hash. Its names are sorted here, which is faster."""
    text = CANONICAL.encode
    return sha256(
        (
            f'{{"at":{record["at"]},"deliberation":{text(record["deliberation"])},"kind":{text(record["kind"])},'
            f'"payload":{text(record["payload"])},"previous":{text(record["previous"])},'
            f'"request":{text(record["request"])},"schema_version":{record["schema_version"]},'
            f'"version":{record["version"]}}}'
        ).encode()
    )


def sha256(data: bytes) -> str:
    """In hex."""
    return hashlib.sha256(data).hexdigest()


def file_hash(name: str, file_of: Opener) -> str:
    """A file's hash, without holding all of it: logs can be large."""
    made = hashlib.sha256()
    with file_of(name) as file:
        for part in iter(lambda: file.read(1 << 20), b""):
            made.update(part)
    return made.hexdigest()


def commitments(value: Any) -> Iterator[str]:
    """The commitments that a payload holds."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in ("$sealed", "$secret"):
                yield str(inner)
            else:
                yield from commitments(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from commitments(inner)


def named_once(pairs: list[tuple[str, Any]]) -> Json:
    """An object. No name stands in it twice: readers differ in which one counts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotWhole("a name stands twice in one object, so that readers could read it differently")
    return found


JSON = json.JSONDecoder(object_pairs_hook=named_once)


def parsed(line: bytes, where: str) -> Any:
    """A line's JSON. Raises `NotWhole`, and `ValueError` where it is none."""
    try:
        return JSON.decode(line.decode())
    except NotWhole as problem:
        raise NotWhole(f"{where}: {problem}") from None


def check_header(line: bytes) -> Json:
    """The first line. Raises `NotALog`, and `NotWhole` where it can be read in two ways."""
    try:
        header = parsed(line, "line 1")
        if header["format"] != "accord-log":
            raise NotALog("it is not a log that Accord wrote")
        if header["format_version"] > 1:
            raise NotALog("it was written by a newer Accord; use the verify.py that came with it")
        names = {"deliberation": str(header["deliberation"]), "records": int(header["records"])}
        return {**names, "head": str(header["head"])}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotALog("it is not a log that Accord wrote, or was cut off when it was copied") from None


def check_chain(lines: Iterator[bytes]) -> tuple[Json, list[Json]]:
    """The first line and the records that a count needs. Raises `NotWhole`, which names the line."""
    header = check_header(next(lines, b""))
    previous = sha256(b"accord log\x00" + header["deliberation"].encode())
    kept: list[Json] = []
    version, number = 0, 1
    for number, line in enumerate(lines, start=2):
        if version == header["records"] and not line.strip():
            continue  # an editor's blank line at the end says nothing
        where = f"line {number}"
        try:
            entry = parsed(line, where)
        except (ValueError, RecursionError):
            fault = FOREIGN if line.endswith(b"\n") else TOO_EARLY
            raise NotWhole(f"{where}: {fault}") from None
        try:
            record, side = record_of(entry)
            fault = fault_of(record, side, header, version, previous)
            if fault is None and record["kind"] in KEPT:
                newest, names = KEPT[record["kind"]]
                if not 1 <= record["schema_version"] <= newest:
                    fault = "the record was written by a newer Accord; use the verify.py that came with it"
                elif not set(names.split()).issuperset(record["payload"]):
                    raise ValueError
                kept.append(record)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise NotWhole(f"{where}: {FOREIGN}") from None
        if fault is not None:
            raise NotWhole(f"{where}: {fault}")
        version, previous = version + 1, record["hash"]
    if version < header["records"]:
        raise NotWhole(f"line {number + 1}: {TOO_EARLY}")
    if previous != header["head"]:
        raise NotWhole("line 1: the first line names another head than the last record's hash")
    return header, kept


def record_of(entry: Json) -> tuple[Json, list[Json]]:
    """A line's record and the values beside it. Raises `ValueError` and what else comes of a thing that is neither."""
    record, side = entry["record"], entry["side"]
    if record.keys() != RECORD.keys() or [type(record[name]) for name in RECORD] != TYPES or type(side) is not list:
        raise ValueError
    for value in side:
        if value.keys() != VALUE:
            raise ValueError
    return record, side


def fault_of(record: Json, side: list[Json], header: Json, version: int, previous: str) -> str | None:
    """What is wrong with a record that follows `version` others, the last of which has the hash `previous`."""
    if record["deliberation"] != header["deliberation"]:
        return "this record is of another deliberation"
    if record_hash(record) != record["hash"]:
        return "the record was changed: its hash does not fit"
    if record["version"] != version + 1:
        return "a record is missing or out of order here"
    if record["version"] > header["records"]:
        return "there are more records than the first line says"
    if record["previous"] != previous:
        return "this record does not follow the one before it"
    left = set(commitments(record["payload"])) if side else set()
    for value in side:
        claimed = value["commitment"]
        if type(claimed) is not str or claimed not in left or not committed(value):
            return "a personal value does not fit its commitment"
        left.remove(claimed)
    return None


def committed(value: Json) -> bool:
    """Whether a personal value is what its commitment says."""
    try:
        salt = bytes.fromhex(value["salt"])
        return len(salt) == 16 and sha256(salt + canonical(value["value"])) == value["commitment"]
    except (ValueError, TypeError, RecursionError):
        return False


# Ed25519 as in RFC 8032, section 5.1 and its appendix; slow, and only for checking

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


def recover_x(y: int, sign: int) -> int | None:
    """The x of a point, from its y and its lowest bit."""
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


def add(one: Point, other: Point) -> Point:
    """Two points in extended homogeneous coordinates."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar: int, point: Point) -> Point:
    """A point added to itself `scalar` times."""
    total: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point = add(point, point)
        scalar >>= 1
    return total


def decompress(data: bytes) -> Point | None:
    """32 bytes as a point of the curve."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0) or 0
BASE: Point = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def signed_by(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature is this key's over this message."""
    if len(key) != 32 or len(signature) != 64:
        return False
    public, nonce = decompress(key), decompress(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if public is None or nonce is None or scalar >= L:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = times(scalar, BASE), add(nonce, times(challenge, public))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def fingerprint(key: bytes) -> str:
    """The first 128 bits of a key's SHA-256, in hex."""
    return sha256(key)[:32]


def check_signature(header: Json, signature: bytes, manifest: bytes | None) -> bytes:
    """The key that signed the head and the manifest. Raises `NotWhole`."""
    head = {name: header[name] for name in ("deliberation", "records", "head")}
    try:
        fields = json.loads(signature)
        if fields["algorithm"] != "Ed25519":
            raise ValueError
        key = bytes.fromhex(fields["key"])
        if not signed_by(key, b"accord head\x00" + canonical(head), bytes.fromhex(fields["head"])):
            raise NotWhole(f"{SIGNATURE}: the signature does not fit the log's head")
        if manifest is not None and not signed_by(
            key, b"accord manifest\x00" + manifest, bytes.fromhex(fields["manifest"])
        ):
            raise NotWhole(f"{SIGNATURE}: the signature does not fit the manifest")
    except (KeyError, TypeError, ValueError):
        raise NotWhole(f"{SIGNATURE}: this is not a signature") from None
    return key


def check_manifest(header: Json, manifest: bytes, names: list[str], file_of: Opener, *, others: bool) -> int:
    """How many files it names, all of them as it says. `others`: whether there may be files that it does not name.

    Raises `NotWhole`, which names the file.
    """
    try:
        fields = json.loads(manifest)
        if (fields["format"], fields["format_version"]) != ("accord-manifest", 1):
            raise NotWhole(f"{MANIFEST}: it was written by a newer Accord; use the verify.py that came with it")
        if any(fields[name] != header[name] for name in ("deliberation", "records", "head")):
            raise NotWhole(f"{MANIFEST}: it is of another log")
        for name, facts in fields["files"].items():
            if name not in names:
                raise NotWhole(f"{name}: the file is missing")
            if file_hash(name, file_of) != facts["sha256"]:
                raise NotWhole(f"{name}: the file was changed")
        for name in names if not others else ():
            if names.count(name) > 1 or name not in {*fields["files"], MANIFEST, SIGNATURE}:
                raise NotWhole(f"{name}: nobody listed this file")
        return len(fields["files"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotWhole(f"{MANIFEST}: this is not a manifest") from None


# The count, as docs/events.md describes it


def places(ballot: Json, options: list[str]) -> list[int]:
    """The place of each option on one ballot, lower is better."""
    if ballot["ranking"]:
        place = {option: number for number, tier in enumerate(ballot["ranking"]) for option in tier}
    else:
        place = {option: 2 * (HIGHEST - grade) for option, grade in ballot["grades"].items()}
        place[KEEP] = 2 * (HIGHEST - AGREE_FROM) + 1
    return [place.get(option, place[KEEP]) for option in options]


def schulze(ranks: list[list[int]], count: int) -> list[list[int]]:
    """Tiers of option numbers, best first (Schulze 2011, margins)."""
    if not ranks:
        return [list(range(count))]
    above = [[sum(row[a] < row[b] for row in ranks) for b in range(count)] for a in range(count)]
    path = [[max(0, above[a][b] - above[b][a]) for b in range(count)] for a in range(count)]
    for via in range(count):
        for a in range(count):
            for b in range(count):
                if a != b:
                    path[a][b] = max(path[a][b], min(path[a][via], path[via][b]))
    left, tiers = set(range(count)), []
    while left:
        tier = [a for a in sorted(left) if not any(path[b][a] > path[a][b] for b in left)]
        tiers.append(tier)
        left.difference_update(tier)
    return tiers


def enough(counted: int, settings: Json) -> bool:
    """Whether the quorum is met."""
    quorum = settings["quorum"]
    return counted >= quorum["ballots"] and counted + 1e-9 >= quorum["eligible_share"] * (settings["eligible"] or 0)


def carries(option: str, tally: dict[str, list[int]], settings: Json) -> bool:
    """Whether an option was graded by enough and satisfies the adoption rule."""
    grades, rule = tally.get(option, []), settings["adoption"]
    total = sum(grades)
    if option == KEEP or not total or not enough(total, settings):
        return False
    agree, against = sum(grades[AGREE_FROM - 1 :]), sum(grades[: rule["strongly_against_grade"]])
    return agree >= rule["agree_share"] * total - 1e-9 and against <= rule["strongly_against_share"] * total + 1e-9


def expected(closed: Json, options: list[str], voters: set[str], settings: Json) -> Json:
    """What the count must say, field by field."""
    found: Json = {
        "counted": len(voters.difference(closed["voided"])),
        "quorum_met": enough(closed["counted"], settings),
        "withheld": closed["counted"] < settings["ballots_shown_from"],
        "adopted": enough(closed["counted"], settings) and carries(closed["choice"], closed["tally"], settings),
    }
    if closed["withheld"]:
        return found
    standing = {option for tier in closed["choice_ranking"] for option in tier}
    left = [option for option in options if option in standing]
    tiers = schulze([places(ballot, left) for ballot in closed["ballots"]], len(left))
    seed = int(sha256(closed["poll"].encode())[:16], 16)
    first = sorted(tiers[0], key=lambda option: (sha256(f"{seed}:{option}".encode()), option))
    if len(first) > 1 and KEEP in (left[option] for option in first):
        choice, tie = KEEP, "status_quo"
    else:
        choice, tie = left[first[0]], f"lottery(seed={seed})" if len(first) > 1 else None
    tally = {option: [0] * HIGHEST for option in options if option != KEEP}
    for ballot in closed["ballots"]:
        for option, grade in ballot["grades"].items():
            if not 1 <= grade <= HIGHEST:
                raise ValueError
            tally[option][grade - 1] += 1
    found["ballots"] = closed["ballots"] if len(closed["ballots"]) == closed["counted"] else None
    ranking = [[left[option] for option in tier] for tier in tiers]
    return {**found, "tally": tally, "choice": choice, "choice_ranking": ranking, "tie_broken_by": tie}


def contradictions(end: Json, poll: Json, decides: bool) -> set[str]:
    """What the end says otherwise than its last poll; `decides`: no other round was begun between them."""
    found: set[str] = set()
    if (end["outcome"] == "adopted") != poll["adopted"]:
        found.add("outcome")
    if decides and (end["outcome"] == "no_decision") == poll["quorum_met"]:
        found.add("outcome")
    if end["statement"] != (poll["choice"] if poll["adopted"] else None):
        found.add("statement")
    taken = end.get("participation")
    if decides and taken is not None and taken["voted"] != poll["counted"]:
        found.add("participation")
    return found


def check_counts(records: list[Json]) -> list[tuple[str, bool, list[str]]]:
    """Each closed poll: its id, whether its ballots are listed, and the fields that come out differently, those of the
    end among them that do not follow from it.
    """
    settings: Json = {}
    options: dict[str, list[str]] = {}
    voters: dict[str, set[str]] = {}
    closed: list[tuple[Json, set[str]]] = []
    decides = False
    for record in records:
        kind, payload = record["kind"], record["payload"]
        try:
            if kind == "opened":
                settings = payload["settings"]
            elif kind == "poll_opened":
                options[payload["poll"]] = payload["options"]
            elif kind == "ballot_cast":
                voters.setdefault(payload["poll"], set()).add(payload["voter"])
            elif kind == "poll_closed":
                closed.append((payload, set()))
                decides = True
                found = expected(payload, options[payload["poll"]], voters.get(payload["poll"], set()), settings)
                closed[-1][1].update(name for name in found if found[name] != payload[name])
            elif kind == "critique_opened":
                decides = False
            elif closed:
                closed[-1][1].update(contradictions(payload, closed[-1][0], decides))
        except (KeyError, TypeError, IndexError, AttributeError, ValueError):
            if not closed:
                raise NotWhole(f"record {record['version']}: {FOREIGN}") from None
            closed[-1][1].add("poll")
    return [(str(poll.get("poll")), not poll.get("withheld"), sorted(found)) for poll, found in closed]


def check_receipt(records: list[Json], tag: str, salt: str) -> tuple[str, Json | None]:
    """What a receipt proves, as a key of `RECEIPT`, and its ballot where a count lists it as it was committed to."""
    cast = {
        (record["payload"]["poll"], record["payload"]["ballot"]["$secret"])
        for record in records
        if record["kind"] == "ballot_cast"
    }
    found = {"not_listed"}
    for record in records:
        if record["kind"] != "poll_closed":
            continue
        if record["payload"]["withheld"]:
            found.add("withheld")
        for ballot in record["payload"]["ballots"]:
            if ballot["tag"] == tag:
                if (record["payload"]["poll"], sha256(bytes.fromhex(salt) + canonical(ballot))) in cast:
                    return "counted", ballot
                found.add("never_cast")
    return next(status for status in RECEIPT if status in found), None


RECEIPT = {
    "counted": "Your ballot is in the count, as it was taken down when you cast it.",
    "never_cast": "A ballot with this tag is in the count, but none was cast that fits it and this salt: the receipt"
    " was copied wrongly, or the log is.",
    "withheld": "Too few voted for the ballots to be listed, so no export can tell whether this one is in the count.",
    "not_listed": "This receipt's ballot is not in the count: it was replaced by a later one, did not count, or is of"
    " another log.",
}


def said_by(ballot: Json) -> str:
    """What a ballot says, for its voter to compare with what they chose."""
    grades = ", ".join(f"{option}: {grade}" for option, grade in sorted(ballot["grades"].items()))
    ranking = " > ".join(" = ".join(tier) for tier in ballot["ranking"] or ())
    told = f"It grades: {grades or '-'}." + (f" It ranks: {ranking}." if ranking else "")
    return f"{told} If that is not what you chose, your vote was taken down wrongly. candidates.csv has the words."


# Where the files are


def opened(path: Path) -> tuple[list[str], Opener]:
    """The names of an export's files, and how to open one."""
    if path.is_dir():
        names = [str(found.relative_to(path)) for found in path.rglob("*") if found.is_file()]
        return names, lambda name: (path / name).open("rb")
    if zipfile.is_zipfile(path):
        archive = zipfile.ZipFile(path)
        return archive.namelist(), archive.open
    beside = [SIGNATURE] if (path.parent / SIGNATURE).is_file() and path.name == LOG else []
    files = {LOG: path, SIGNATURE: path.parent / SIGNATURE}
    return [LOG, *beside], lambda name: files[name].open("rb")


def joined(digits: str) -> str:
    """Hexadecimal digits as they were before somebody copied them."""
    return "".join(digits.split()).lower()


def receipt_of(text: str) -> tuple[str, str] | None:
    """A receipt's tag and salt; None where it is none."""
    tag, _, salt = joined(text).partition(":")
    try:
        return (tag, salt) if tag and bytes.fromhex(salt) else None
    except ValueError:
        return None


def check(path: Path, receipt: tuple[str, str] | None, wanted: str | None, head: str | None = None) -> int:
    """Print what was found; the exit code."""
    names, file_of = opened(path)

    def read(name: str) -> bytes:
        with file_of(name) as file:
            return file.read()

    if LOG not in names:
        raise NotALog(f"there is no {LOG} in it")
    with file_of(LOG) as log:
        header, records = check_chain(iter(log))
    print(f"The log is whole: {header['records']} records, every hash fits. Head {header['head']}.")
    packed = not path.is_dir() and zipfile.is_zipfile(path)
    if packed and MANIFEST not in names:
        raise NotWhole(f"{MANIFEST}: the file is missing")
    manifest = read(MANIFEST) if MANIFEST in names else None
    key = None
    if SIGNATURE in names:
        key = check_signature(header, read(SIGNATURE), manifest)
    if manifest is not None:
        print(f"{check_manifest(header, manifest, names, file_of, others=not packed)} files are as the manifest says.")
    if key is not None:
        print(f"Signed by the key {fingerprint(key)}. Compare it with what the bot posted.")
    else:
        print("Nobody signed this export: the chain shows that it is whole, not whose it is.")
    failed = 0
    if wanted is not None and (key is None or fingerprint(key) != joined(wanted)):
        failed = 1
        print("It is not signed by the key that you named.")
    if head is None:
        print("Compare the head with the one posted at the close: a log rewritten as a whole looks the same.")
    elif joined(head) != joined(header["head"]):
        failed = 1
        print("Its head is not the one that you named: this is another log, or it was rewritten as a whole.")
    else:
        print("Its head is the one that you named.")
    for poll, listed, differences in check_counts(records):
        if differences:
            failed = 1
            print(f"Poll {poll}: counted again, this comes out differently: {', '.join(differences)}.")
        elif listed:
            print(f"Poll {poll}: counted again from the ballots listed, with the same result.")
        else:
            print(f"Poll {poll}: too few voted for the ballots to be listed; the tally is attested, not recomputable.")
    if receipt is not None:
        status, ballot = check_receipt(records, *receipt)
        print(RECEIPT[status])
        if ballot is None:
            failed = 1
        else:
            print(said_by(ballot))
    return failed


def main(arguments: list[str]) -> int:
    """Run from the command line; the exit code."""
    parser = argparse.ArgumentParser(description="Check an exported Accord deliberation.")
    parser.add_argument("path", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--receipt", metavar="TAG:SALT")
    parser.add_argument("--key", metavar="FINGERPRINT")
    parser.add_argument("--head", metavar="HASH")
    given = parser.parse_args(arguments)
    receipt = None if given.receipt is None else receipt_of(given.receipt)
    if given.receipt is not None and receipt is None:
        print(f"A receipt has the form TAG:SALT, not {given.receipt}. It was shown to you when you voted.")
        return 2
    try:
        return check(given.path, receipt, given.key, given.head)
    except NotALog as problem:
        print(f"{given.path} cannot be checked: {problem}.")
        return 2
    except NotWhole as problem:
        print(f"This export is not whole. {problem}.")
        return 1
    except (OSError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as problem:
        print(f"{given.path} cannot be read: {problem}.")
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
