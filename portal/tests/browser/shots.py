"""Pictures of every page kind, to look at: phone, tablet and desktop, light and dark.

python -m portal.tests.browser.shots http://127.0.0.1:8000 OUT_DIR [KIND ...]
"""

import argparse
from pathlib import Path

from playwright.sync_api import sync_playwright

from . import pages, tools

WIDTHS = {390: 844, 820: 1180, 1440: 900}


def main():
    parser = argparse.ArgumentParser(description="Pictures of every page kind of a running portal")
    parser.add_argument("site")
    parser.add_argument("folder", type=Path)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="all, if none is named")
    wanted = parser.parse_args()
    site = wanted.site.rstrip("/")
    wanted.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = tools.launch(playwright)
        for kind in wanted.kinds or pages.PAGES:
            for width, height in WIDTHS.items():
                shoot(browser, site, kind, (width, height), wanted.folder)
        browser.close()


def shoot(browser, site, kind, size, folder):
    """<kind>-<width>-light.png and -dark.png of the whole page, with every picture loaded."""
    viewport = {"width": size[0], "height": size[1]}
    page = browser.new_page(viewport=viewport, reduced_motion="reduce")
    tools.open_page(page, site + pages.address(site, kind), posted=kind in pages.POSTED)
    tools.scroll_through(page)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.screenshot(path=folder / f"{kind}-{size[0]}-{theme}.png", full_page=True)
    page.close()
    print(f"{kind} {size[0]}")


if __name__ == "__main__":
    main()
