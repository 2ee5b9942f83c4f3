"""A picture editor's half hour: many files, the same one twice, the point that must not be cut."""

import re

import pytest
from playwright.sync_api import expect

from news import renditions
from news.tests.photographs import iptc, photograph
from portal.seeding import DEMO_PASSWORD

from . import tools

pytestmark = pytest.mark.browser
LIST = "/admin/news/picture/"
SAID = {80: "A. Name", 110: "Steppe", 120: "A depot at dusk."}
FIRST_LINK = "#result_list .field-__str__ a"


@pytest.fixture
def log_in(browser, newsroom):
    """`log_in("chief")`: a tab of that demo account; what the browser refuses fails the test."""
    contexts, complaints = [], []

    def tab(name, width=1280, **options):
        options = {"locale": "en-GB", **options}
        context = browser.new_context(
            viewport={"width": width, "height": 900}, base_url=newsroom, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.goto("/admin/login/")
        page.locator("#id_username").fill(name)
        page.locator("#id_password").fill(DEMO_PASSWORD)
        page.locator("[type=submit]").click()
        page.get_by_role("heading", level=1).wait_for()
        return page

    tab.complaints = complaints
    yield tab
    for context in contexts:
        context.close()
    assert complaints == []


def jpeg(name, shade, **options):
    content = photograph(shade=shade, **options).read()
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


SVG = {"name": "drawing.svg", "mimeType": "image/svg+xml", "buffer": b"<svg onload='alert(1)'/>"}


def rows(page):
    return [
        re.sub(r"\s+", " ", row.inner_text().split("\n")[0])
        for row in page.locator("[data-answers] > li").all()
    ]


# Many at once ------------------------------------------------------------------------------------


def test_many_files_are_sent_answered_and_described(log_in):
    page = log_in("editor")
    page.goto(LIST)
    page.get_by_role("link", name="Upload pictures").click()
    files = [jpeg("one.jpg", 101, block=iptc(SAID)), SVG, jpeg("two.jpg", 102)]
    page.get_by_label("Choose pictures").set_input_files([*files, dict(files[0], name="three.jpg")])
    expect(page.get_by_role("status")).to_have_text("Stored: 2. Already there: 1. Refused: 1.")
    assert rows(page) == [
        "one.jpg stored",
        "drawing.svg refused",
        "two.jpg stored",
        "three.jpg already there",
    ]
    assert page.locator("script[onload], svg[onload]").count() == 0
    page.get_by_role("button", name="Add it a second time").click()
    expect(page.get_by_role("status")).to_have_text("Stored: 3. Already there: 0. Refused: 1.")

    page.get_by_role("link", name="Describe what is stored").click()
    expect(page.locator("fieldset")).to_have_count(3)
    first = page.locator("fieldset").first
    expect(first.get_by_label("Credit (en)")).to_have_value("A. Name / Steppe")
    expect(first).to_contain_text("From the file: check it.")
    first.get_by_label("Alternative text (en)").fill("one.jpg")
    page.get_by_role("button", name="Save all").click()
    expect(page.locator(".errornote")).to_be_visible()
    expect(page.locator("fieldset").first).to_contain_text("This is the name of a file.")
    for sheet in page.locator("fieldset").all():
        sheet.get_by_label("Alternative text (en)").fill("Tanks before a red sky")
        sheet.get_by_label("Credit (en)").fill("A. Name")
    page.get_by_role("button", name="Save all").click()
    expect(page.locator(".messagelist")).to_contain_text("3 pictures described.")
    expect(page.get_by_role("link", name="Tanks before a red sky")).to_have_count(3)


def test_files_may_be_dropped(log_in):
    page = log_in("editor")
    page.goto(f"{LIST}upload/")
    page.evaluate(
        """bytes => {
            const transfer = new DataTransfer()
            const file = new File([new Uint8Array(bytes)], "dropped.jpg", {type: "image/jpeg"})
            transfer.items.add(file)
            document.querySelector("[data-upload]").dispatchEvent(
                new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true})
            )
        }""",
        list(jpeg("x", 103)["buffer"]),
    )
    expect(page.get_by_role("status")).to_have_text("Stored: 1. Already there: 0. Refused: 0.")
    assert rows(page) == ["dropped.jpg stored"]


def test_a_file_that_is_too_large_is_not_even_sent(log_in):
    page = log_in("editor")
    page.goto(f"{LIST}upload/")
    page.locator("[data-upload]").evaluate("form => { form.dataset.limit = 1000 }")
    page.get_by_label("Choose pictures").set_input_files([jpeg("large.jpg", 104)])
    expect(page.get_by_role("status")).to_have_text("Stored: 0. Already there: 0. Refused: 1.")
    expect(page.locator("[data-answers]")).to_contain_text("The file is larger than 15 MB.")


def test_a_file_sent_after_the_login_ended_is_sent_again_from_the_same_page(log_in, browser):
    page = log_in("editor")
    page.goto(f"{LIST}upload/")
    page.context.clear_cookies()
    page.get_by_label("Choose pictures").set_input_files([jpeg("late.jpg", 105)])
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    # The refusal is a line of the console, and the only one.
    assert all("403" in line for line in log_in.complaints)
    log_in.complaints.clear()
    other = page.context.new_page()
    other.goto("/admin/login/")
    other.locator("#id_username").fill("editor")
    other.locator("#id_password").fill(DEMO_PASSWORD)
    other.locator("[type=submit]").click()
    other.get_by_role("heading", level=1).wait_for()
    other.close()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("status")).to_have_text("Stored: 1. Already there: 0. Refused: 0.")
    assert rows(page) == ["late.jpg stored"]


def test_many_files_are_sent_without_a_script(log_in):
    page = log_in("editor", java_script_enabled=False)
    page.goto(f"{LIST}upload/")
    page.get_by_label("Choose pictures").set_input_files([jpeg("a.jpg", 106), SVG])
    page.get_by_role("button", name="Upload").click()
    assert rows(page) == ["a.jpg stored", "drawing.svg refused"]
    page.get_by_label("Choose pictures").set_input_files([jpeg("b.jpg", 106)])
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Add it a second time").click()
    assert [row.rpartition(" ")[2] for row in rows(page)] == ["stored"]
    page.get_by_role("link", name="Describe what is stored").click()
    expect(page.locator("fieldset")).to_have_count(1)


# The focal point ---------------------------------------------------------------------------------


def open_picture(page, words="wind turbines"):
    page.goto(f"{LIST}?q={words}")
    page.locator(FIRST_LINK).first.click()
    expect(page.get_by_role("button", name="Focal point")).to_be_visible()


def focus(page):
    return tuple(int(page.locator(f"#id_focus_{letter}").input_value()) for letter in "xy")


def positions(page):
    """object-position of each crop, as pairs of per cent."""
    found = page.locator("[data-crop]").evaluate_all(
        "crops => crops.map(crop => getComputedStyle(crop).objectPosition)"
    )
    return [tuple(float(part.rstrip("%")) for part in place.split()) for place in found]


def test_a_click_places_the_focal_point_and_the_crops_follow(log_in):
    page = log_in("editor")
    open_picture(page)
    picture = page.locator("[data-stage] img")
    box = picture.bounding_box()
    picture.click(position={"x": box["width"] * 0.23, "y": box["height"] * 0.71})
    x, y = focus(page)
    assert abs(x - 23) <= 1
    assert abs(y - 71) <= 1
    steps = renditions.steps((x, y))
    assert positions(page) == [steps, steps, (x, y)]
    spot = page.get_by_role("button", name="Focal point").bounding_box()
    assert abs(spot["x"] + spot["width"] / 2 - box["x"] - box["width"] * x / 100) < 1.5
    assert abs(spot["y"] + spot["height"] / 2 - box["y"] - box["height"] * y / 100) < 1.5
    page.mouse.move(spot["x"] + 22, spot["y"] + 22)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.4)
    page.mouse.up()
    assert focus(page) == (80, 40)
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".messagelist .success").wait_for()
    open_picture(page)
    assert focus(page) == (80, 40)


def test_the_focal_point_is_moved_by_keyboard_and_stays_inside(log_in):
    page = log_in("editor")
    open_picture(page)
    for letter, value in (("x", "50"), ("y", "3")):
        page.locator(f"#id_focus_{letter}").fill(value)
    page.get_by_role("button", name="Focal point").focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowLeft", "ArrowDown", "Shift+ArrowUp"):
        page.keyboard.press(key)
    assert focus(page) == (42, 0)
    expect(page.locator("[data-told]")).to_have_text("42 % from the left, 0 % from the top")
    # Every number of the fields is a place that server and script agree on.
    for value in (0, 4, 10, 45, 49, 50, 51, 55, 91, 100):
        page.locator("#id_focus_x").fill(str(value))
        assert positions(page)[0][0] == renditions.steps((value, 50))[0]
    for odd, shown in (("", 50), ("700", 100), ("-3", 0)):
        page.locator("#id_focus_x").fill(odd)
        assert positions(page)[2][0] == shown


def test_the_crops_are_right_before_any_script_has_run(log_in):
    page = log_in("editor")
    open_picture(page, "tank wagons")
    without = log_in("editor", java_script_enabled=False)
    without.goto(page.url)
    x, y = focus(without)
    steps = renditions.steps((x, y))
    assert without.locator("#id_focus_x").is_editable()
    script = page.context.new_page()
    script.goto(page.url)
    assert positions(script)[:2] == [steps, steps]
    class_ = without.locator("[data-crop]").first.get_attribute("class")
    assert class_ == ("" if steps == (50, 50) else f"fx-{steps[0]} fy-{steps[1]}")


# For everybody -----------------------------------------------------------------------------------


def addresses(page):
    page.goto(LIST)
    first = page.locator(FIRST_LINK).last.get_attribute("href").partition("?")[0]
    number = first.split("/")[-3]
    return {
        "wall": LIST,
        "upload": f"{LIST}upload/",
        "add": f"{LIST}add/",
        "picture": first,
        "describe": f"{LIST}describe/?pk={number}",
        "delete": first.replace("change", "delete"),
    }


def merge_page(page):
    page.goto("/admin/news/tag/")
    for number in range(2):
        page.locator("input.action-select").nth(number).check()
    page.locator("select[name=action]").select_option("merge")
    page.locator("button[name=index]").first.click()
    page.locator("button[value=plan]").click()
    page.locator("button[value=merge]").wait_for()


@pytest.mark.parametrize("width", [390, 820, 1440])
@pytest.mark.parametrize("language", ["en-GB", "ru-RU", "kk-KZ"])
def test_no_page_of_the_library_is_wider_than_its_window(log_in, width, language):
    page = log_in("chief", width=width, locale=language)
    wide = {}
    for name, path in addresses(page).items():
        page.goto(path)
        wide |= dict.fromkeys(tools.sticks_out(page), name)
    merge_page(page)
    wide |= dict.fromkeys(tools.sticks_out(page), "merge")
    assert wide == {}


@pytest.mark.parametrize("width", [390, 1440])
def test_each_card_shows_the_words_of_its_picture(log_in, width):
    page = log_in("chief", width=width)
    page.goto("/admin/news/picture/")
    hidden = page.evaluate(
        """() => [...document.querySelectorAll("#result_list tbody tr")].filter(card => {
            const box = card.getBoundingClientRect()
            return [".field-__str__ a", ".field-credit", ".field-added"].some(name => {
                const words = card.querySelector(name).getBoundingClientRect()
                return !words.height || words.top < box.top || words.bottom > box.bottom
            })
        }).length"""
    )
    assert hidden == 0


@pytest.mark.parametrize("width", [390, 1280])
def test_pages_of_the_library_have_no_barrier_in_either_theme(log_in, width):
    page = log_in("chief", width=width, bypass_csp=True)  # axe writes styles of its own
    found = {}

    def look(name):
        # The frame of every page of the admin is looked at elsewhere.
        page.evaluate("""document.querySelectorAll(
            "#header, .breadcrumbs, #nav-sidebar, .object-tools, #changelist-search"
        ).forEach(part => part.remove())""")
        found.update({f"{name} {theme}: {line}": 1 for line in tools.axe_violations(page)})

    paths = addresses(page)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for name, path in paths.items():
            page.goto(path)
            if name == "upload":
                files = [jpeg("x.jpg", 107), SVG, jpeg("y.jpg", 107)]
                page.get_by_label("Choose pictures").set_input_files(files)
                expect(page.get_by_role("status")).to_contain_text("Refused: 1")
            look(name)
        merge_page(page)
        look("merge")
    assert not found, "\n".join(found)


def test_tags_are_merged_and_the_old_address_leads_on(log_in, newsroom):
    page = log_in("chief")
    merge_page(page)
    other = page.locator(".lib-choice input:not(:checked)").first
    name = other.locator("xpath=..").locator("code").inner_text()
    keep = (
        page.locator(".lib-choice input:checked").locator("xpath=..").locator("code").inner_text()
    )
    page.locator("button[value=merge]").click()
    expect(page.locator(".messagelist .success")).to_contain_text("changed.")
    answer = page.goto(f"/tag/{name}/")
    assert answer.request.redirected_from is not None
    assert answer.request.redirected_from.redirected_from is None
    assert page.url == f"{newsroom}/tag/{keep}/"
