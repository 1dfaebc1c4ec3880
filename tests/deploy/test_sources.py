"""Where Debian's archive is, as the machine's own apt sources tell it."""

from __future__ import annotations

from pathlib import Path

from deploy.sources import Source, debian_archives, parse_deb822, parse_one_line, read_sources

DEB822 = """\
# A comment of its own
Types: deb deb-src
# A comment between fields
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components:
 main
 contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mDMEYCQjIxYJKwYBBAHaRw8BAQdAD
 -----END PGP PUBLIC KEY BLOCK-----

Enabled: no
Types: deb
URIs: http://disabled.example/debian
Suites: bookworm
Components: main
"""

ONE_LINE = """\
# deb http://commented.example/debian bookworm main
deb http://mirror.example/debian bookworm main contrib  # with a remark
deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://signed.example/debian/ trixie main
deb-src http://mirror.example/debian bookworm main
deb http://mirror.example/debian-security bookworm-security main
deb cdrom:[Debian GNU/Linux 12]/ bookworm main
"""


def test_paragraphs_with_comments_folded_fields_and_disabled_ones_are_read() -> None:
    sources = parse_deb822(DEB822)
    assert [source.uri for source in sources] == [
        "http://mirror.example/debian",
        "http://mirror.example/debian-security",
    ]
    assert sources[0].suites == ("bookworm", "bookworm-updates")
    assert sources[1].components == ("main", "contrib")


def test_one_line_sources_are_read_with_and_without_options() -> None:
    sources = parse_one_line(ONE_LINE)
    assert Source("http://mirror.example/debian", ("bookworm",), ("main", "contrib")) in sources
    signed = next(source for source in sources if source.uri == "http://signed.example/debian/")
    assert signed.signed_by == "/usr/share/keyrings/debian-archive-keyring.gpg"
    assert not any("commented" in source.uri for source in sources)


def test_archive_and_security_updates_are_told_apart() -> None:
    archives = debian_archives(parse_deb822(DEB822))
    assert archives.main == ("http://mirror.example/debian",)
    assert archives.security == ("http://mirror.example/debian-security",)


def test_what_debians_keys_sign_comes_before_a_third_party_with_debian_suites() -> None:
    third_party = Source("http://vendor.example/repo", ("bookworm",), ("main",), "/etc/apt/vendor.gpg")
    archives = debian_archives([third_party, *parse_one_line(ONE_LINE)])
    assert archives.main[0] == "http://signed.example/debian/"
    assert archives.main[-1] == "http://vendor.example/repo"


def test_another_distribution_has_no_debian_archive() -> None:
    other = [Source("http://archive.example/other", ("noble", "noble-updates"), ("main", "universe"))]
    assert debian_archives(other).main == ()


def test_both_formats_are_read_from_files_and_others_are_ignored(tmp_path: Path) -> None:
    (tmp_path / "sources.list").write_text("deb http://a.example/debian trixie main\n")
    parts = tmp_path / "sources.list.d"
    parts.mkdir()
    (parts / "b.sources").write_text(
        "Types: deb\nURIs: http://b.example/debian\nSuites: trixie\nComponents: main\n"
    )
    (parts / "c.list").write_text("deb http://c.example/debian trixie main\n")
    (parts / "d.list.disabled").write_text("deb http://d.example/debian trixie main\n")
    found = [source.uri for source in read_sources(tmp_path / "sources.list", parts)]
    assert sorted(found) == ["http://a.example/debian", "http://b.example/debian", "http://c.example/debian"]
