"""Fetching a web address: nothing is dialled that was not vetted, nothing is endless, nothing is taken unverified."""

from __future__ import annotations

import gzip
import os
import socket
import threading
import time
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websites import PUBLIC, Authority, Dialled, Names, Site, drip, flood, page, to

import qa
from qa.core.errors import FetchError, UserError
from qa.core.settings import Settings
from qa.intake.fetch.addresses import Allowed
from qa.intake.fetch.fetcher import MAX_REDIRECTS, Fetched, Fetcher, FetchLimits

MB = 1 << 20
SHORT = FetchLimits(seconds=20, bytes=MB)
HASTY = FetchLimits(seconds=1, bytes=MB)


@pytest.fixture
def dialled(monkeypatch):
    return Dialled(monkeypatch)


@pytest.fixture
def serve():
    """Start sites that end with the test."""
    sites = []

    def start(answers, context=None):
        sites.append(Site(answers, context))
        return sites[-1]

    yield start
    for site in sites:
        site.close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def trusted(authority, monkeypatch):
    """As on a machine that trusts the authority of the tests."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    return authority


def fetcher(limits=SHORT, allowed="", proxy=None, **names):
    """Names lead where `names` says; `site_example` leads to a public address."""
    return Fetcher(Allowed.read(allowed), proxy, limits, Names(**{"site_example": [PUBLIC], **names}))


def refused(url, fetcher):
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(url)
    assert str(caught.value).isprintable()
    return str(caught.value)


# --- what a fetch gives -------------------------------------------------------------------------------------------


def test_a_page_comes_with_what_its_server_says_of_it(serve, dialled):
    headers = {"etag": '"v1"', "last_modified": "Tue, 01 Jul 2025 10:00:00 GMT"}
    site = serve({"/a?b=c": page(b"<p>caf\xe9</p>", type="Text/HTML; Charset=ISO-8859-1", **headers)})
    got = fetcher().fetch(f"http://site.example:{site.port}/a?b=c#part")
    assert got == Fetched(
        f"http://site.example:{site.port}/a?b=c",
        b"<p>caf\xe9</p>",
        "text/html",
        "iso-8859-1",
        '"v1"',
        "Tue, 01 Jul 2025 10:00:00 GMT",
    )


def test_a_request_says_who_asks_and_for_which_host_and_nothing_more(serve, dialled):
    site = serve({"/": page()})
    fetcher().fetch(f"http://site.example:{site.port}/")
    head = dict(line.split(": ", 1) for line in site.heads[0].lower().strip().splitlines()[1:])
    assert head.pop("user-agent").startswith(f"groundwire/{qa.__version__} (")
    assert "text/html" in head.pop("accept")
    assert head == {"host": f"site.example:{site.port}", "accept-encoding": "gzip", "connection": "keep-alive"}


def test_gzip_is_unpacked(serve, dialled):
    site = serve({"/": page(gzip.compress(b"Unpacked. " * 1000), content_encoding="gzip")})
    assert fetcher().fetch(f"http://site.example:{site.port}/").content == b"Unpacked. " * 1000


@given(st.binary(min_size=1, max_size=3000), st.integers(1, 500))
def test_gzip_in_any_pieces_is_unpacked_as_a_whole(data, size):
    from qa.intake.fetch.fetcher import _unpacked

    packed = gzip.compress(data)
    pieces = [packed[n : n + size] for n in range(0, len(packed), size)]
    assert b"".join(_unpacked(pieces, len(data))) == data


def test_a_page_in_chunks_is_put_together(serve, dialled):
    body = b"4\r\nOne \r\n3\r\ntwo\r\n0\r\n\r\n"
    site = serve({"/": page(body, content_length=None, transfer_encoding="chunked")})
    assert fetcher().fetch(f"http://site.example:{site.port}/").content == b"One two"


def test_threads_share_a_fetcher_without_mixing_their_pages(serve, dialled):
    site = serve({f"/{n}": page(b"page %d" % n) for n in range(8)})
    one, got = fetcher(), {}

    def fetch(n):
        got[n] = one.fetch(f"http://site.example:{site.port}/{n}").content

    threads = [threading.Thread(target=fetch, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert got == {n: b"page %d" % n for n in range(8)}


def test_what_has_not_changed_is_not_sent_again(serve, dialled):
    site = serve({"/": page(b"", 304, etag='"v1"', content_length=None, type="text/html")})
    url = f"http://site.example:{site.port}/"
    got = fetcher().fetch(url, etag='"v1"', modified="Tue, 01 Jul 2025 10:00:00 GMT")
    assert (got.not_modified, got.content, got.etag) == (True, b"", '"v1"')
    head = site.heads[0].lower()
    assert 'if-none-match: "v1"' in head
    assert "if-modified-since: tue, 01 jul 2025 10:00:00 gmt" in head
    assert "answered 304" in refused(url, fetcher()), "nobody asked whether it has changed"


def test_conditions_that_no_server_gave_are_not_sent(serve, dialled):
    """They come from a file that anybody may have written."""
    site = serve({"/": page()})
    one = fetcher()
    for etag in ('"a"\r\nX-Evil: yes', "x" * 2000, "é", ""):
        assert not one.fetch(f"http://site.example:{site.port}/", etag=etag, modified=etag).not_modified
    assert not any("evil" in head.lower() or "if-" in head.lower() for head in site.heads)


# --- row 26: addresses that are refused before connecting ---------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    """file:///etc/passwd http://user:pw@site.example/ http://127.0.0.1/ http://2130706433/ http://0x7f000001/
    http://0177.0.0.1/ http://127.1/ http://[::1]/ http://[::ffff:127.0.0.1]/ http://100.64.0.1/ http://[2002:7f00:1::]/
    http://[64:ff9b::7f00:1]/ http://[64:ff9b:1::1]/ http://169.254.169.254/latest/meta-data/ http://[fe80::1%25lo]/
    http://10.0.0.1/ http://192.168.0.1/ http://0.0.0.0/ http://localhost/ http://loopback.example/
    http://mixed.example/ http://site.example:22/""".split(),
)
def test_an_address_that_is_not_public_is_refused_before_anything_is_dialled(url, monkeypatch, dialled):
    monkeypatch.setattr(socket.socket, "connect", lambda self, address: dialled.addresses.append(address))
    names = {
        "localhost": ["127.0.0.1", "::1"],
        "loopback_example": ["127.0.0.1"],
        "mixed_example": [PUBLIC, "10.0.0.1"],
    }
    refused(url, fetcher(**names))
    assert dialled.addresses == []


def test_what_is_allowed_by_name_is_fetched_though_it_is_private(serve):
    site = serve({"/": page(b"The wiki.")})
    url = f"http://wiki.example:{site.port}/"
    assert "QA_ALLOW_PRIVATE=wiki.example" in refused(url, fetcher(wiki_example=["127.0.0.1"]))
    assert site.connections == 0
    for allowed in ("wiki.example", "127.0.0.0/8"):
        assert fetcher(allowed=allowed, wiki_example=["127.0.0.1"]).fetch(url).content == b"The wiki."


# --- row 27: redirects, records that change -----------------------------------------------------------------------


def test_redirects_are_followed_and_told(serve, dialled):
    site = serve({"/a": to("b?x=1#y"), "/b?x=1": to("//other.example/c", 308), "/c": page(b"There.")})
    dialled.ports = {80: site.port}
    got = fetcher(other_example=[PUBLIC]).fetch("http://site.example/a")
    assert (got.url, got.content) == ("http://other.example/c", b"There.")
    assert got.redirects == ("http://site.example/a", "http://site.example/b?x=1")


@pytest.mark.parametrize(
    "target",
    """http://127.0.0.1/ http://2130706433/ http://[::ffff:7f00:1]/ http://169.254.169.254/ http://inner.example/
    file:///etc/passwd ftp://site.example/ javascript:alert(1) http://user:pw@site.example/ http://site.example:25/
    //127.1/ http://127.0.0.1\\@site.example/ http://[::1""".split(),
)
def test_a_redirect_is_vetted_like_the_first_address(serve, dialled, target):
    site = serve({"/": to(target)})
    dialled.ports = {80: site.port}
    said = refused("http://site.example/", fetcher(inner_example=["10.0.0.1"]))
    assert said.startswith("http://site.example/ ")
    assert dialled.addresses == [(PUBLIC, 80)]


def test_the_address_that_is_dialled_is_the_one_that_was_vetted(serve, dialled):
    """Rebinding: asked a second time, the name would lead to this machine."""
    site = serve({"/": page(b"The public page.")})
    rebinding = fetcher(rebind_example=[[PUBLIC], ["127.0.0.1"]])
    assert rebinding.fetch(f"http://rebind.example:{site.port}/").content == b"The public page."
    assert dialled.addresses == [(PUBLIC, site.port)]
    assert rebinding._resolve.asked == ["rebind.example"]


def test_a_name_that_leads_elsewhere_after_a_redirect_is_vetted_again(serve, dialled):
    site = serve({"/a": to("/b"), "/b": page()})
    url = f"http://rebind.example:{site.port}/a"
    assert "leads to 127.0.0.1" in refused(url, fetcher(rebind_example=[[PUBLIC], ["127.0.0.1"]]))
    assert site.paths == ["/a"]


def test_where_one_address_does_not_answer_the_next_is_tried(serve, dialled):
    site = serve({"/": page(b"By the second.")})
    dialled.dead = {"2606:4700::1111"}
    got = fetcher(two_example=["2606:4700::1111", PUBLIC]).fetch(f"http://two.example:{site.port}/")
    assert got.content == b"By the second."
    assert dialled.addresses == [("2606:4700::1111", site.port), (PUBLIC, site.port)]


def test_an_address_where_nobody_answers_is_said_to_be_so(dialled):
    dialled.dead = {PUBLIC}
    assert "does not answer (Connection refused)" in refused("http://site.example/", fetcher())


def test_redirects_without_end_are_not_followed(serve, dialled):
    site = serve({"/": to("/")})
    said = refused(f"http://site.example:{site.port}/", fetcher())
    assert f"after {MAX_REDIRECTS} redirects" in said
    assert len(site.paths) == MAX_REDIRECTS + 1


def test_a_page_that_wants_its_own_cookie_back_gets_it_and_no_other_host_does(serve, dialled):
    site = serve({"/a": to("/b", set_cookie="seen=1"), "/b": to("http://other.example/c"), "/c": page()})
    dialled.ports = {80: site.port}
    fetcher(other_example=[PUBLIC]).fetch("http://site.example/a")
    assert ["cookie: seen=1" in head.lower() for head in site.heads] == [False, True, False]


# --- TLS ----------------------------------------------------------------------------------------------------------


def test_a_certificate_is_checked_against_the_name_while_the_vetted_address_is_dialled(serve, dialled, trusted):
    asked = []
    context = trusted.serves("site.example")
    context.sni_callback = lambda _, name, __: asked.append(name)
    site = serve({"/": page(b"Secure.")}, context)
    assert fetcher().fetch(f"https://site.example:{site.port}/").content == b"Secure."
    assert asked == ["site.example"]
    assert f"host: site.example:{site.port}" in site.heads[0].lower()
    assert dialled.addresses == [(PUBLIC, site.port)]


@pytest.mark.parametrize(
    ("name", "days", "known", "sentence"),
    [
        ("other.example", 1, True, "not valid for 'site.example'"),
        ("site.example", -1, True, "expired"),
        ("site.example", 1, False, "unable to get local issuer certificate"),
    ],
    ids=["another name", "expired", "unknown authority"],
)
def test_a_bad_certificate_is_final(serve, dialled, authority, monkeypatch, name, days, known, sentence):
    if known:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    site = serve({"/": page()}, authority.serves(name, days))
    said = refused(f"https://site.example:{site.port}/", fetcher())
    assert "cannot be trusted" in said
    assert sentence in said
    assert site.connections == 1, "nothing is tried again unverified"
    assert site.heads == []


def test_a_server_without_tls_is_not_spoken_to_in_the_clear(serve, dialled, trusted):
    heard = []

    def answer(line):
        line.sendall(page())
        heard.append(line.recv(65_536))

    site = serve(answer)
    assert "offers no secure connection" in refused(f"https://site.example:{site.port}/", fetcher())
    assert site.connections == 1
    assert not any(b"GET" in said for said in heard)


def test_no_redirect_leads_from_https_to_http(serve, dialled, trusted):
    plain = serve({"/": page(b"Anybody's.")})
    secure = serve({"/": to(f"http://site.example:{plain.port}/")}, trusted.serves("site.example"))
    said = refused(f"https://site.example:{secure.port}/", fetcher())
    assert "anybody on the way could change the text" in said
    assert plain.connections == 0


def test_a_redirect_from_http_to_https_is_followed(serve, dialled, trusted):
    secure = serve({"/": page(b"Secure.")}, trusted.serves("site.example"))
    plain = serve({"/": to(f"https://site.example:{secure.port}/")})
    assert fetcher().fetch(f"http://site.example:{plain.port}/").content == b"Secure."


# --- row 28: slow, endless, packed --------------------------------------------------------------------------------

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n"


@pytest.mark.parametrize(
    "answer",
    [drip(), drip(b"HTTP/1.1 200 OK\r\nx-slow: "), drip(HEAD + b"\r\n"), drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 3)],
    ids=["nothing", "head", "body", "interim answers"],
)
def test_a_slow_drip_ends_at_the_deadline(serve, dialled, answer):
    site = serve({"/": answer})
    began = time.monotonic()
    said = refused(f"http://site.example:{site.port}/", fetcher(HASTY))
    assert 0.9 < time.monotonic() - began < 80
    assert "did not come whole within 1 s" in said
    assert "save the page and add the file" in said


def test_a_slow_handshake_ends_at_the_deadline(serve, dialled, trusted):
    site = serve(drip(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc"))  # the beginning of a long handshake message
    began = time.monotonic()
    assert "within 1 s" in refused(f"https://site.example:{site.port}/", fetcher(HASTY))
    assert 0.9 < time.monotonic() - began < 80


def test_a_slow_resolver_ends_at_the_deadline(dialled):
    began = time.monotonic()
    slow = Fetcher(limits=HASTY, resolve=lambda *_: time.sleep(30) or [PUBLIC])
    assert "within 1 s" in refused("http://site.example/", slow)
    assert time.monotonic() - began < 25
    assert dialled.addresses == []


def test_a_chain_of_slow_redirects_has_one_deadline_together(serve, dialled):
    def later(line):
        time.sleep(0.4)
        line.sendall(to("/"))

    site = serve({"/": later})
    assert "within 1 s" in refused(f"http://site.example:{site.port}/", fetcher(HASTY))
    assert len(site.heads) < MAX_REDIRECTS


CHUNK = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        flood(HEAD + b"\r\n", b"x" * 65_536),
        flood(HEAD + b"transfer-encoding: chunked\r\n\r\n", CHUNK),
        flood(HEAD + b"transfer-encoding: chunked\r\n\r\n", b"1;" + b"x" * 60_000 + b"\r\nx\r\n"),
        flood(b"", b"HTTP/1.1 100 Continue\r\nx: " + b"x" * 10_000 + b"\r\n\r\n"),
        page(b"x" * 10, content_length=10 * MB),
    ],
    ids=["body", "chunks", "chunk extensions", "interim answers", "announced"],
)
def test_an_endless_answer_is_left_at_the_limit(serve, dialled, answer):
    site = serve({"/": answer})
    said = refused(f"http://site.example:{site.port}/", fetcher())
    assert "holds more than 1 MB, the most that is fetched" in said


def test_a_head_without_end_is_left_early(serve, dialled):
    site = serve({"/": flood(b"HTTP/1.1 200 OK\r\n", b"x-more: " + b"x" * 1000 + b"\r\n")})
    assert "broke off, or is no page" in refused(f"http://site.example:{site.port}/", fetcher())


def test_a_gzip_bomb_does_not_go_off(serve, dialled):
    """100 MB in 100 kB: never more than the limit is held."""
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join([packer.compress(bytes(MB)) for _ in range(100)]) + packer.flush()
    site = serve({"/": page(bomb, content_encoding="gzip")})
    one = fetcher()
    assert one._certificates  # the authorities are read once, and are not what is measured
    tracemalloc.start()
    said = refused(f"http://site.example:{site.port}/", one)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "holds more than 1 MB" in said
    assert peak < 8 * MB


@pytest.mark.parametrize("packing", ["br", "zstd", "deflate", "gzip, gzip", "x" * 500])
def test_a_packing_that_was_not_asked_for_is_refused(serve, dialled, packing):
    site = serve({"/": page(b"anything", content_encoding=packing)})
    assert "though only gzip was asked for" in refused(f"http://site.example:{site.port}/", fetcher())


@pytest.mark.parametrize(
    "answer",
    [
        page(gzip.compress(b"whole")[:-4], content_encoding="gzip"),
        page(b"no gzip at all", content_encoding="gzip"),
        page(b"short", content_length=100),
        HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\nshort",
        b"no HTTP at all\r\n\r\n",
        b"",
        page(b"x" * 10, content_length=10**30),
        to("http://[::1"),
    ],
    ids=["cut gzip", "no gzip", "short", "cut chunk", "no HTTP", "nothing", "absurd", "redirect to nowhere"],
)
def test_half_an_answer_is_not_taken_for_a_whole_one(serve, dialled, answer):
    site = serve({"/": answer})
    assert "broke off, or is no page" in refused(f"http://site.example:{site.port}/", fetcher())


ODD = (
    b"HTTP/1.1 ", b"200 OK", b"302 Found", b"\r\n", b"\n", b"Location: ", b"Content-Encoding: gzip", b"http://[", b"//",
    b"Content-Length: ", b"Transfer-Encoding: chunked", b"Content-Type: text/html; charset=", b"Set-Cookie: a=",
    b"Retry-After: ", b"\xff", b"\x00", b" ", b"9", b"-1", b"a", b"\xe2\x80\xae", b"\x1f\x8b\x08",
)  # fmt: skip
LOOPBACK = Fetcher(Allowed.read("127.0.0.1"), limits=SHORT)


@given(st.lists(st.sampled_from(ODD), max_size=12), st.lists(st.sampled_from(ODD), max_size=12))
def test_whatever_a_server_sends_is_a_page_or_a_reason(odd, head):
    """Nothing else is ever raised, and the reason can be printed."""
    answers = [b"".join(odd), b"HTTP/1.1 200 OK\r\n" + b"".join(head) + b"\r\n\r\npage"]
    for answer in answers:
        site = Site({"/": answer})
        try:
            LOOPBACK.fetch(f"http://127.0.0.1:{site.port}/")
        except FetchError as error:
            assert str(error).isprintable()  # noqa: PT017
        finally:
            site.close()


# --- proxies ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"])
def test_proxy_variables_and_netrc_are_not_looked_at(serve, dialled, monkeypatch, tmp_path, name):
    proxy, site = serve({}), serve({"/": page(b"Direct.")})
    monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    (tmp_path / ".netrc").write_text("default login somebody password secret\n")
    os.chmod(tmp_path / ".netrc", 0o600)
    assert fetcher().fetch(f"http://site.example:{site.port}/").content == b"Direct."
    assert proxy.connections == 0
    assert "authorization" not in site.heads[0].lower()


def test_a_proxy_that_is_set_on_purpose_is_what_is_dialled_and_it_resolves_the_name(serve, dialled):
    proxy = serve({"http://site.example/page": page(b"Through the proxy.")})
    through = fetcher(proxy=f"http://me:pw@127.0.0.1:{proxy.port}")
    assert through.fetch("http://site.example/page").content == b"Through the proxy."
    assert dialled.addresses == [("127.0.0.1", proxy.port)]
    assert through._resolve.asked == []
    assert "proxy-authorization: basic " in proxy.heads[0].lower()


def test_through_a_proxy_certificates_are_checked_against_the_name(serve, dialled, trusted):
    """The proxy here answers CONNECT and is then the server itself, with the right certificate or another."""

    def tunnel(context):
        def answer(line):
            line.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            with context.wrap_socket(line, server_side=True) as secure:
                secure.recv(4096)
                secure.sendall(page(b"Secure."))

        return answer

    right = serve({"site.example:443": tunnel(trusted.serves("site.example"))})
    wrong = serve({"site.example:443": tunnel(trusted.serves("proxy.example"))})
    url = "https://site.example/"
    assert fetcher(proxy=f"http://127.0.0.1:{right.port}").fetch(url).content == b"Secure."
    assert "cannot be trusted" in refused(url, fetcher(proxy=f"http://127.0.0.1:{wrong.port}"))


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://[::ffff:7f00:1]/", "http://127.1/", "file:///etc/passwd"])
def test_through_a_proxy_the_way_an_address_is_written_is_still_vetted(serve, dialled, url):
    proxy = serve({})
    refused(url, fetcher(proxy=f"http://127.0.0.1:{proxy.port}"))
    assert proxy.connections == 0


def test_a_proxy_whose_name_leads_nowhere_is_named(dialled):
    said = refused("https://site.example/", fetcher(proxy="http://proxy.example:3128"))
    assert said.startswith("The proxy proxy.example is not known")


def test_a_proxy_that_refuses_is_named(serve, dialled):
    proxy = serve({"site.example:443": page(b"", 403)})
    said = refused("https://site.example/", fetcher(proxy=f"http://127.0.0.1:{proxy.port}"))
    assert "The proxy does not fetch https://site.example/" in said
    assert "QA_PROXY" in said


@pytest.mark.parametrize(
    "proxy", ["socks5://127.0.0.1:1", "https://127.0.0.1:1", "127.0.0.1:3128", "http://", "nonsense"]
)
def test_a_proxy_of_another_kind_is_refused_by_name(proxy):
    with pytest.raises(UserError, match=r"QA_PROXY names no proxy; expected something like http://"):
        fetcher(proxy=proxy)


def test_settings_say_what_is_allowed_and_which_proxy(monkeypatch, tmp_path, serve):
    site = serve({"/": page(b"The wiki.")})
    monkeypatch.setenv("QA_ALLOW_PRIVATE", "127.0.0.1")
    settings = Settings.from_environment(tmp_path)
    assert Fetcher.from_settings(settings).fetch(f"http://127.0.0.1:{site.port}/").content == b"The wiki."
    monkeypatch.setenv("QA_PROXY", "socks5://x")
    with pytest.raises(UserError, match="QA_PROXY"):
        Fetcher.from_settings(Settings.from_environment(tmp_path))


# --- what a status and a type mean --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (page(status=401), "wants a login (401)"),
        (page(status=403), "not shown to programs"),
        (page(status=404), "is not there; check how the address is written (404)"),
        (page(status=410), "has been taken away (410)"),
        (page(status=418), "answered 418, expected 200"),
        (page(status=429, retry_after="120"), "too many requests (429). Try again in 120 s."),
        (page(status=429), "Try again later."),
        (page(status=500), "cannot be given by its server now (500). Try again later."),
        (
            page(status=503, retry_after="Wed, 02 Jul 2025 07:00:00 GMT"),
            "Try again after Wed, 02 Jul 2025 07:00:00 GMT.",
        ),
        (page(b"", 204, content_length=None), "is empty (204)"),
        (page(b""), "is empty"),
        (page(b" \r\n\t"), "is empty"),
        (page(status=206), "answered 206"),
        (page(status=302), "answered 302"),
        (page(type="image/png"), "is image/png, which holds no text"),
        (page(type="Video/MP4; x=y"), "is video/mp4, which holds no text"),
    ],
)
def test_what_holds_no_article_is_refused_in_words(serve, dialled, answer, sentence):
    site = serve({"/": answer})
    said = refused(f"http://site.example:{site.port}/", fetcher())
    assert sentence in said
    assert said.startswith(f"http://site.example:{site.port}/ ")


def test_a_film_is_refused_by_its_head(serve, dialled):
    """Not after it was read: this one never ends, and has a minute."""
    site = serve({"/": drip(b"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\n\r\n")})
    began = time.monotonic()
    assert "video/mp4" in refused(f"http://site.example:{site.port}/", fetcher(FetchLimits(60, MB)))
    assert time.monotonic() - began < 50


def test_after_a_redirect_the_address_that_was_given_is_named(serve, dialled):
    site = serve({"/a": to("/b"), "/b": page(status=404)})
    said = refused(f"http://site.example:{site.port}/a", fetcher())
    assert said.startswith(
        f"http://site.example:{site.port}/a redirects. http://site.example:{site.port}/b is not there"
    )
