import os, pytest
pytestmark = pytest.mark.browser
def test_look(browser, newsroom):
    os.makedirs("/tmp/shots_prose", exist_ok=True)
    c = browser.new_context(base_url=newsroom, viewport={"width":1440,"height":1000}, locale="en-GB")
    p = c.new_page(); said=[]
    p.on("console", lambda m: said.append(m.text)); p.on("pageerror", lambda e: said.append("ERR "+str(e)))
    p.goto("/admin/login/"); p.get_by_label("Username").fill("editor"); p.get_by_label("Password").fill("meridian-demo"); p.get_by_role("button", name="Log in").click()
    p.goto("/admin/news/article/?q=eastern"); 
    p.goto("/admin/news/article/")
    p.locator("#result_list tbody th a").first.click()
    p.wait_for_timeout(800)
    print(p.url, said)
    p.locator(".prose-area").scroll_into_view_if_needed()
    p.screenshot(path="/tmp/shots_prose/1440.png", full_page=False)
    print(p.evaluate("document.querySelector('textarea[name=body]').value.length"), p.evaluate("document.querySelector('.ProseMirror')?.innerHTML.slice(0,500)"))
    for w,t in ((820,'light'),(390,'dark')):
        p.set_viewport_size({"width":w,"height":900}); p.emulate_media(color_scheme=t); p.wait_for_timeout(200)
        p.locator(".prose-bar").scroll_into_view_if_needed()
        p.screenshot(path=f"/tmp/shots_prose/{w}.png")
        print(w, p.evaluate("document.documentElement.scrollWidth - innerWidth"))
    p.set_viewport_size({"width":1440,"height":1000}); p.emulate_media(color_scheme='light')
    for tool in ("figure","link","chip","table"):
        p.locator(f"[data-tool={tool}]").click(); p.wait_for_timeout(700); p.screenshot(path=f"/tmp/shots_prose/d_{tool}.png"); p.keyboard.press("Escape")
    print(said)
    # round trip of every story
    import json
    ids = p.evaluate("""async()=>{}""")
