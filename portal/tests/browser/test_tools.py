"""Proof that each tool can fail: one that finds nothing anywhere would let every page pass."""

import pytest

from . import tools

needs_browser = pytest.mark.browser

STRICT = "default-src 'none'; script-src 'self'; require-trusted-types-for 'script'"
GOOD = """<!doctype html>
<html lang="ru"><head><meta charset="utf-8"><title>Проверка</title></head><body>
<search><form action="/q"><input name="q" aria-label="Поиск"></form></search>
<main><h1>Нефть</h1>
<img src="a.webp" alt="Танкер" width="4" height="3" fetchpriority="high">
<button type="button" popovertarget="more">Ещё</button><div id="more" popover>Текст</div>
<dialog id="box"><p>Текст</p></dialog></main></body></html>
"""
BAD = GOOD.replace(' alt="Танкер"', "").replace("</h1>", "</h2>")


def serve(page, html):
    """Show the HTML as a site with a strict policy would send it."""
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": STRICT}
    page.route("**/*", lambda route: route.fulfill(body=html, headers=headers))
    page.goto("http://site.test/")


@needs_browser
def test_axe_sees_a_missing_text_alternative_behind_a_strict_policy(page):
    serve(page, BAD)
    assert any(line.startswith("image-alt (critical)") for line in tools.axe_violations(page))


@needs_browser
def test_axe_is_content_with_a_good_page(page):
    serve(page, GOOD)
    assert tools.axe_violations(page) == []


@needs_browser
def test_axe_works_on_a_data_address(page):
    page.goto("data:text/html,<!doctype html><html lang=en><title>x</title><img src=x>")
    assert any(line.startswith("image-alt") for line in tools.axe_violations(page))


def test_html_checker_tells_a_broken_file_from_a_good_one(tmp_path):
    good, bad = tmp_path / "good.html", tmp_path / "bad.html"
    good.write_text(GOOD, encoding="utf-8")
    bad.write_text(BAD, encoding="utf-8")
    errors = tools.vnu_errors([good, bad])
    assert {line.split(":")[0] for line in errors} == {"bad.html"}
    assert any("alt" in line for line in errors)
    assert tools.vnu_errors([good]) == []


def test_html_checker_refuses_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        tools.vnu_errors([tmp_path / "none.html"])


@needs_browser
def test_layout_shift_is_measured(page):
    serve(page, "<!doctype html><title>x</title><div id=top></div><p>text</p>")
    assert tools.layout_shift(page) == 0
    page.evaluate("document.getElementById('top').style.height = '150px'")
    assert tools.layout_shift(page) > 0


@needs_browser
def test_sideways_scroll_is_measured(page):
    serve(page, "<!doctype html><title>x</title><p id=wide>text</p>")
    assert tools.sideways_scroll(page) == 0
    page.evaluate("document.getElementById('wide').style.width = '500px'")
    assert tools.sideways_scroll(page) >= 100
