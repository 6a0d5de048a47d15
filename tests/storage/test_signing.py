"""Signed exports: what holds, and what is found when somebody changes them; by the program and by the one file."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.errors import LogFileError, StorageError
from storage.export import read_header, standalone
from storage.export.bundle import write_bundle
from storage.signing import KEY_FILE, SigningKey, fingerprint, signing_key
from storage.verify import verify
from tests.storage.polled import Polled, polled

Change = Callable[[dict[str, bytes]], None]


async def bundle(tmp_path: Path, voters: int = 12, *, signed: bool = True, name: str = "d") -> tuple[Path, Polled]:
    made = polled(voters, name=name)
    (tmp_path / name).mkdir()
    log = await made.exported(tmp_path / name)
    files = {"log.jsonl": log.read_bytes(), "tally.csv": b"poll\r\n"}
    path = tmp_path / f"{name}.zip"
    key = signing_key(tmp_path) if signed else None
    write_bundle(path, read_header(log), files, {"polis": "too_few_consented"}, key)
    return path, made


def alone(*arguments: str | Path) -> tuple[int, str]:
    """The file that the zip carries, run as somebody would who has nothing else."""
    return started(standalone.__file__, *arguments)


def started(*arguments: str | Path) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-I", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def changed(path: Path, change: Change) -> Path:
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    other = path.with_name("changed.zip")
    with zipfile.ZipFile(other, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return other


def replaced(name: str, old: bytes, new: bytes) -> Change:
    def change(files: dict[str, bytes]) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)

    return change


def lines_of(reorder: Callable[[list[bytes]], list[bytes]]) -> Change:
    def change(files: dict[str, bytes]) -> None:
        files["log.jsonl"] = b"".join(reorder(files["log.jsonl"].splitlines(keepends=True)))

    return change


async def test_a_signed_zip_verifies_with_the_program_and_with_the_one_file(tmp_path: Path) -> None:
    path, made = await bundle(tmp_path)
    found = verify(path)
    key = signing_key(tmp_path).public
    assert (found.signed.key, found.signed.files) == (key, 3)
    held = made.receipts[3]
    code, said = alone(path, "--receipt", f"{held.tag}:{held.salt}", "--key", fingerprint(key))
    assert (code, said.count("\n")) == (0, 7)
    assert "Your ballot is in the count" in said
    assert "It grades: " in said
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    (folder / "my notes.txt").touch()
    assert verify(folder).signed.key == key
    assert started(folder / "verify.py")[0] == 0
    shutil.rmtree(folder)


async def test_another_receipt_and_another_key_do_not_pass(tmp_path: Path) -> None:
    path, made = await bundle(tmp_path)
    one, other = made.receipts[:2]
    assert alone(path, "--receipt", f"{one.tag}:{other.salt}")[0] == 1
    assert alone(path, "--key", "0" * 32)[0] == 1


async def test_the_same_files_make_the_same_zip(tmp_path: Path) -> None:
    path, _ = await bundle(tmp_path)
    first = path.read_bytes()
    shutil.rmtree(tmp_path / "d")
    assert (await bundle(tmp_path))[0].read_bytes() == first


CHANGES: dict[str, tuple[Change, str]] = {
    "a word": (replaced("log.jsonl", b"At the library.", b"At the town hall"), "line 3"),
    "a count": (replaced("log.jsonl", b'"counted":12', b'"counted":13'), "line 54"),
    "two lines swapped": (lines_of(lambda lines: [*lines[:4], lines[5], lines[4], *lines[6:]]), "line 5"),
    "a line left out": (lines_of(lambda lines: [*lines[:4], *lines[5:]]), "line 5"),
    "a line told twice": (lines_of(lambda lines: [*lines[:4], lines[3], *lines[4:]]), "line 5"),
    "the end cut off": (lines_of(lambda lines: lines[:-2]), "too early"),
    "half a line": (lines_of(lambda lines: [*lines[:-1], lines[-1][:60]]), "too early"),
    "another table": (replaced("tally.csv", b"poll", b"pole"), "tally.csv"),
    "a manifest that fits the change": (replaced("manifest.json", b"too_few", b"too_low"), "signature"),
    "another signature": (replaced("signature.json", b'"head":"', b'"head":"00'), "signature"),
}


@pytest.mark.parametrize(("change", "place"), CHANGES.values(), ids=CHANGES)
async def test_whatever_is_changed_is_found_and_its_place_named(tmp_path: Path, change: Change, place: str) -> None:
    path = changed((await bundle(tmp_path))[0], change)
    with pytest.raises(LogFileError) as found:
        verify(path)
    if place.startswith("line"):
        assert found.value.parameters["line"] == int(place.split()[1])
    code, said = alone(path)
    assert code == 1
    assert place in said


def put_in(files: dict[str, bytes]) -> None:
    files["extra.txt"] = b""


def take_out(files: dict[str, bytes]) -> None:
    del files["tally.csv"]


@pytest.mark.parametrize(("change", "fault"), [(put_in, "surplus"), (take_out, "missing")])
async def test_a_file_that_was_put_in_or_taken_out_is_found(tmp_path: Path, change: Change, fault: str) -> None:
    path = changed((await bundle(tmp_path))[0], change)
    with pytest.raises(LogFileError) as found:
        verify(path)
    assert found.value.parameters["fault"] == fault


async def test_two_logs_cannot_be_merged(tmp_path: Path) -> None:
    one, _ = await bundle(tmp_path, name="one")
    other, _ = await bundle(tmp_path, name="other")
    with zipfile.ZipFile(other) as archive:
        foreign = archive.read("log.jsonl").splitlines(keepends=True)
    path = changed(one, lines_of(lambda lines: [*lines[:6], *foreign[6:]]))
    with pytest.raises(LogFileError) as found:
        verify(path)
    assert (found.value.parameters["line"], found.value.parameters["fault"]) == (7, "other_deliberation")
    assert "line 7: this record is of another deliberation" in alone(path)[1]


async def test_a_log_that_was_hashed_again_by_somebody_else_lacks_the_deployments_signature(tmp_path: Path) -> None:
    path, _ = await bundle(tmp_path, signed=False)
    key = signing_key(tmp_path).public
    assert verify(path).signed.key is None
    code, said = alone(path, "--key", fingerprint(key))
    assert code == 1
    assert "Nobody signed this export" in said


async def test_a_count_that_does_not_fit_its_ballots_is_found_by_both(tmp_path: Path) -> None:
    made = polled(12)
    made.script.events = tuple(
        event.model_copy(update={"adopted": not event.adopted}) if event.kind == "poll_closed" else event
        for event in made.script.events
    )
    path = await made.exported(tmp_path)
    assert [poll.differences for poll in verify(path).polls] == [("adopted",)]
    code, said = alone(path)
    assert (code, "differently: adopted." in said) == (1, True)


async def test_below_the_threshold_the_count_is_attested_only(tmp_path: Path) -> None:
    path, _ = await bundle(tmp_path, voters=4)
    assert [poll.recomputable for poll in verify(path).polls] == [False]
    assert "attested, not recomputable" in alone(path)[1]


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    first = signing_key(tmp_path).public
    assert signing_key(tmp_path).public == first
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]
    (tmp_path / KEY_FILE).write_text("no key")
    with pytest.raises(StorageError) as refused:
        signing_key(tmp_path)
    assert refused.value.code == "key_unreadable"


@settings(deadline=None, max_examples=25)  # big numbers in plain Python take their time
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 511))
def test_the_one_file_and_the_library_agree_on_signatures(seed: bytes, message: bytes, bit: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    signature, public = key.sign(message), bytes.fromhex(SigningKey(key).public)
    assert standalone.signed_by(public, message, signature)
    wrong = bytearray(signature)
    wrong[bit // 8] ^= 1 << bit % 8
    assert not standalone.signed_by(public, message, bytes(wrong))
    assert not standalone.signed_by(public, message + b"!", signature)


# RFC 8032, section 7.1, tests 1 to 3: public key, message, signature
VECTORS = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
)


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_the_rfcs_own_signatures_hold(key: str, message: str, signature: str) -> None:
    assert standalone.signed_by(bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature))


def test_the_manifest_says_what_was_left_out(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text('{"format":"accord-log","format_version":1,"deliberation":"d","records":1,"head":"00"}\n')
    write_bundle(tmp_path / "d.zip", read_header(log), {"log.jsonl": b""}, {"trl": "too_few_consented"}, None)
    with zipfile.ZipFile(tmp_path / "d.zip") as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["left_out"] == {"trl": "too_few_consented"}
    assert set(manifest["files"]) == {"log.jsonl", "verify.py"}
