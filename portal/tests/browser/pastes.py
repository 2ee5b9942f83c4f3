# ruff: noqa: E501
"""What programs put on the clipboard, and what a story keeps of it: {name: (theirs, ours)}.

Written after what each program writes; shortened to what matters, with its kind of noise.
"""

WORD_HEAD = """<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40"><head>
<meta name=Generator content="Microsoft Word 15"><!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View>
</w:WordDocument></xml><![endif]--><style><!-- p.MsoNormal {mso-style-parent:""; font-family:"Calibri"}
@list l0:level1 {mso-level-number-format:bullet} --></style></head><body lang=RU style='tab-interval:35.4pt'>
<!--StartFragment-->"""
WORD_TAIL = "<!--EndFragment--></body></html>"


def word(body):
    return f"{WORD_HEAD}{body}{WORD_TAIL}"


def word_item(text, *, level=1, marker="·", place="Middle", tag="p"):
    return (
        f"<{tag} class=MsoListParagraphCxSp{place} style='margin-left:{36 * level}.0pt;mso-add-space:auto;"
        f"text-indent:-18.0pt;mso-list:l0 level{level} lfo1'><![if !supportLists]><span style='font-family:"
        f"Symbol;mso-fareast-font-family:Symbol'><span style='mso-list:Ignore'>{marker}<span style='font:7.0pt "
        f'"Times New Roman"\'>&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp; </span></span></span><![endif]>'
        f"<span lang=EN-US style='mso-ansi-language:EN-US'>{text}<o:p></o:p></span></{tag}>"
    )


def docs(body):
    return (
        '<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-5b0c4d3e-7fff-1a2b">'
        f'{body}</b><br class="Apple-interchange-newline">'
    )


def docs_span(text, more=""):
    return (
        '<span style="font-size:11pt;font-family:Arial,sans-serif;color:#000000;background-color:transparent;'
        f"font-weight:400;font-style:normal;font-variant:normal;text-decoration:none;vertical-align:baseline;"
        f'white-space:pre-wrap;{more}">{text}</span>'
    )


def docs_line(spans, tag="p"):
    return f'<{tag} dir="ltr" style="line-height:1.38;margin-top:0pt;margin-bottom:0pt;">{spans}</{tag}>'


def online(text, tag="p", attributes="", style=""):
    return (
        f'<div class="OutlineElement Ltr SCXW123 BCX8" style="margin:0px;padding:0px"><{tag} class="Paragraph SCXW123 '
        f'BCX8" paraid="1" {attributes} style="margin:0px"><span data-contrast="auto" xml:lang="EN-US" '
        f'class="TextRun SCXW123 BCX8" style="font-size:11pt;{style}"><span class="NormalTextRun SCXW123 BCX8">{text}'
        '</span></span><span class="EOP SCXW123 BCX8" style="font-size:11pt" data-ccp-props="{}">&nbsp;</span>'
        f"</{tag}></div>"
    )


def online_item(text, level, tag="ul"):
    return (
        f'<div class="ListContainerWrapper SCXW1 BCX8" style="margin:0px"><{tag} class="BulletListStyle{level}" '
        f'role="list" style="list-style-type:disc"><li role="listitem" data-leveltext="" data-font="Symbol" '
        f'data-listid="1" data-aria-posinset="1" data-aria-level="{level}" class="OutlineElement">'
        f'<p class="Paragraph" style="margin:0px"><span class="TextRun"><span class="NormalTextRun">{text}</span></span>'
        '<span class="EOP">&nbsp;</span></p></li></' + f"{tag}></div>"
    )


PASTES = {
    # Word for the desk -----------------------------------------------------------------------------
    "word: paragraphs lose their classes, fonts and o:p": (
        word(
            "<p class=MsoNormal><span lang=EN-US style='font-size:12.0pt;font-family:\"Times New Roman\",serif'>"
            "The pipeline\nwas repaired.<o:p></o:p></span></p><p class=MsoNormal><o:p>&nbsp;</o:p></p>"
            "<p class=MsoNormal style='text-align:justify'>Oil flows again.<o:p></o:p></p>"
        ),
        "<p>The pipeline was repaired.</p>\n<p>Oil flows again.</p>",
    ),
    "word: bold and italic stay, underline goes": (
        word(
            "<p class=MsoNormal><b style='mso-bidi-font-weight:normal'>Bold</b>, <i style='mso-bidi-font-style:"
            "normal'>italic</i>, <b><i>both</i></b> and <u>underlined</u>.</p>"
        ),
        "<p><strong>Bold</strong>, <em>italic</em>, <strong><em>both</em></strong> and underlined.</p>",
    ),
    "word: a bullet list": (
        word(
            word_item("Crude", place="First")
            + word_item("Petrol")
            + word_item("Diesel", place="Last")
            + "<p class=MsoNormal>After.</p>"
        ),
        "<ul><li>Crude</li><li>Petrol</li><li>Diesel</li></ul>\n<p>After.</p>",
    ),
    "word: a numbered list": (
        word(
            word_item("First", marker="1.", place="First")
            + word_item("Second", marker="2.")
            + word_item("Third", marker="3.", place="Last")
        ),
        "<ol><li>First</li><li>Second</li><li>Third</li></ol>",
    ),
    "word: a list within a list, numbers within bullets, and back": (
        word(
            word_item("Kazakhstan", place="First")
            + word_item("Atyrau", level=2, marker="1)")
            + word_item("Tengiz", level=3, marker="§")
            + word_item("Aktau", level=2, marker="2)")
            + word_item("Russia", place="Last")
        ),
        "<ul><li>Kazakhstan<ol><li>Atyrau<ul><li>Tengiz</li></ul></li><li>Aktau</li></ol></li><li>Russia</li></ul>",
    ),
    "word: the letter o of a second level is a bullet, a. is a number": (
        word(
            word_item("One")
            + word_item("Two", level=2, marker="o")
            + word_item("Three", level=2, marker="a.")
        ),
        "<ul><li>One<ul><li>Two</li></ul><ol><li>Three</li></ol></li></ul>",
    ),
    "word: lists of the built-in styles": (
        word(
            "<p class=MsoListBullet>Crude</p><p class=MsoListBullet2>Light</p><p class=MsoNormal>Between.</p>"
            "<p class=MsoListNumber>First</p><p class=MsoListNumber>Second</p>"
        ),
        "<ul><li>Crude<ul><li>Light</li></ul></li></ul>\n<p>Between.</p>\n<ol><li>First</li><li>Second</li></ol>",
    ),
    "word: a second paragraph of an item stays with it": (
        word(
            word_item("Head", marker="1.")
            + "<p class=MsoListParagraphCxSpMiddle style='margin-left:36.0pt'>More about it.</p>"
            + word_item("Next", marker="2.")
        ),
        "<ol><li><p>Head</p><p>More about it.</p></li><li>Next</li></ol>",
    ),
    "word: headings by element keep their order": (
        word(
            "<h1>Title<o:p></o:p></h1><p class=MsoNormal>Text.</p><h2><b>Part</b></h2><p class=MsoNormal>Text.</p>"
        ),
        "<h2>Title</h2>\n<p>Text.</p>\n<h3>Part</h3>\n<p>Text.</p>",
    ),
    "word: headings by outline level and by style": (
        word(
            "<p class=MsoHeading2 style='mso-outline-level:2'><span style='mso-bookmark:_Toc1'>Supply</span></p>"
            "<p class=MsoNormal>Text.</p><p class=MsoHeading3>Prices</p><p class=MsoNormal>Text.</p>"
        ),
        "<h2>Supply</h2>\n<p>Text.</p>\n<h3>Prices</h3>\n<p>Text.</p>",
    ),
    "word: a numbered heading is no list": (
        word(
            "<h2 style='mso-list:l1 level1 lfo2'><![if !supportLists]><span style='mso-list:Ignore'>1.<span "
            "style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; </span></span><![endif]>Supply</h2><p class=MsoNormal>Text.</p>"
        ),
        "<h2>Supply</h2>\n<p>Text.</p>",
    ),
    "word: a table with a bold first row gets heads": (
        word(
            "<table class=MsoTableGrid border=1 cellspacing=0 style='border-collapse:collapse'><tr style='mso-yfti-irow:0'>"
            "<td width=100 valign=top style='width:75pt'><p class=MsoNormal><b>Grade<o:p></o:p></b></p></td><td width=100>"
            "<p class=MsoNormal><b>Price</b></p></td></tr><tr><td><p class=MsoNormal>AI-95<o:p></o:p></p></td><td>"
            "<p class=MsoNormal align=right>46,30</p></td></tr></table><p class=MsoNormal><o:p>&nbsp;</o:p></p>"
        ),
        '<table><thead><tr><th scope="col">Grade</th><th scope="col">Price</th></tr></thead>'
        "<tbody><tr><td>AI-95</td><td>46,30</td></tr></tbody></table>",
    ),
    "word: joined cells stay joined": (
        word(
            "<table class=MsoTableGrid><tr><td colspan=2><p class=MsoNormal>Prices</p></td></tr>"
            "<tr><td rowspan=1><p class=MsoNormal>AI-95</p></td><td><p class=MsoNormal>46</p></td></tr></table>"
        ),
        '<table><tbody><tr><td colspan="2">Prices</td></tr><tr><td>AI-95</td><td>46</td></tr></tbody></table>',
    ),
    "word: deleted, hidden and commented words do not come back": (
        word(
            "<p class=MsoNormal>Kept<del cite='mailto:A' datetime='2026-01-01'> struck</del><ins cite='mailto:A'> added</ins>"
            "<span style='display:none;mso-hide:all'> hidden</span><span style='mso-special-character:comment'>"
            "<a style='mso-comment-reference:A_1'>[A1]</a></span>.</p><div style='mso-element:comment-list'><p>A note</p></div>"
        ),
        "<p>Kept added.</p>",
    ),
    "word: a footnote's mark is words, not a link": (
        word(
            '<p class=MsoNormal>Output fell<a style=\'mso-footnote-id:ftn1\' href="#_ftn1" name="_ftnref1" title="">'
            "<span class=MsoFootnoteReference><span style='vertical-align:super'>[1]</span></span></a>.</p>"
        ),
        "<p>Output fell<sup>[1]</sup>.</p>",
    ),
    "word: formulas keep what stands low and high": (
        word(
            "<p class=MsoNormal>CO<sub>2</sub>, m<sup>3</sup> and 10<span style='mso-text-raise:5pt;vertical-align:super'>6</span></p>"
        ),
        "<p>CO<sub>2</sub>, m<sup>3</sup> and 10<sup>6</sup></p>",
    ),
    "word: a picture goes, its neighbours stay": (
        word(
            '<p class=MsoNormal>Before.</p><p class=MsoNormal><!--[if gte vml 1]><v:shape id="p"><v:imagedata src="file:///C:/a.png"/>'
            '</v:shape><![endif]--><![if !vml]><img width=300 src="file:///C:/Temp/image001.png" v:shapes="p"><![endif]></p>'
            "<p class=MsoNormal>After.</p>"
        ),
        "<p>Before.</p>\n<p>After.</p>",
    ),
    # Word on the web -------------------------------------------------------------------------------
    "word online: paragraphs without their ends": (
        online("The pipeline was repaired.")
        + online("")
        + online("Oil flows.", style="font-weight:bold"),
        "<p>The pipeline was repaired.</p>\n<p><strong>Oil flows.</strong></p>",
    ),
    "word online: headings by role": (
        online("Supply", attributes='role="heading" aria-level="1"')
        + online("Text.")
        + online("Prices", attributes='role="heading" aria-level="2"'),
        "<h2>Supply</h2>\n<p>Text.</p>\n<h3>Prices</h3>",
    ),
    "word online: every item is a list of its own": (
        online("Before.")
        + online_item("Crude", 1)
        + online_item("Light", 2)
        + online_item("Heavy", 2)
        + online_item("Petrol", 1)
        + online("After."),
        "<p>Before.</p>\n<ul><li>Crude<ul><li>Light</li><li>Heavy</li></ul></li><li>Petrol</li></ul>\n<p>After.</p>",
    ),
    "word online: numbered items": (
        online_item("First", 1, "ol") + online_item("Second", 1, "ol"),
        "<ol><li>First</li><li>Second</li></ol>",
    ),
    # Google Docs -----------------------------------------------------------------------------------
    "docs: all of it is bold by element and by nothing else": (
        docs(docs_line(docs_span("Plain words.")) + "<br>" + docs_line(docs_span("More."))),
        "<p>Plain words.</p>\n<p>More.</p>",
    ),
    "docs: bold and italic by style": (
        docs(
            docs_line(
                docs_span("Bold", "font-weight:700;")
                + docs_span(" and ")
                + docs_span("italic", "font-style:italic;")
                + docs_span(" in CO")
                + docs_span('<span style="font-size:0.6em;vertical-align:sub;">2</span>')
            )
        ),
        "<p><strong>Bold</strong> and <em>italic</em> in CO<sub>2</sub></p>",
    ),
    "docs: headings, whose words are not bold besides": (
        docs(
            docs_line(docs_span("Title", "font-weight:700;"), "h1")
            + docs_line(docs_span("Text."))
            + docs_line(docs_span("Part"), "h2")
            + docs_line(docs_span("Detail"), "h4")
        ),
        "<h2>Title</h2>\n<p>Text.</p>\n<h3>Part</h3>\n<h3>Detail</h3>",
    ),
    "docs: lists within lists stand beside their item": (
        docs(
            '<ul style="margin-top:0"><li dir="ltr" style="list-style-type:disc" aria-level="1">'
            + docs_line(docs_span("Crude"))
            + '</li><ul><li dir="ltr" style="list-style-type:circle" aria-level="2">'
            + docs_line(docs_span("Light"))
            + '</li></ul><li dir="ltr" aria-level="1">'
            + docs_line(docs_span("Petrol"))
            + "</li></ul>"
        ),
        "<ul><li>Crude<ul><li>Light</li></ul></li><li>Petrol</li></ul>",
    ),
    "docs: links come through its redirect": (
        docs(
            docs_line(
                docs_span("See ")
                + '<a href="https://www.google.com/url?q=https://example.org/report%3Fyear%3D2026%26utm_source%3Ddocs&amp;sa=D&amp;source=editors&amp;ust=1&amp;usg=AOv" '
                'style="text-decoration:none;">'
                + docs_span("the report", "color:#1155cc;text-decoration:underline;")
                + "</a>"
                + docs_span(".")
            )
        ),
        '<p>See <a href="https://example.org/report?year=2026">the report</a>.</p>',
    ),
    "docs: a table": (
        docs(
            '<div dir="ltr" align="left"><table style="border:none;border-collapse:collapse;"><colgroup><col width="312">'
            '<col width="312"></colgroup><tbody><tr style="height:0pt"><td style="border:solid #000 1pt">'
            + docs_line(docs_span("Grade", "font-weight:700;"))
            + "</td><td>"
            + docs_line(docs_span("Price", "font-weight:700;"))
            + "</td></tr><tr><td>"
            + docs_line(docs_span("Diesel"))
            + "</td><td>"
            + docs_line(docs_span("48,20"))
            + "</td></tr></tbody></table></div>"
        ),
        '<table><thead><tr><th scope="col">Grade</th><th scope="col">Price</th></tr></thead>'
        "<tbody><tr><td>Diesel</td><td>48,20</td></tr></tbody></table>",
    ),
    # LibreOffice -----------------------------------------------------------------------------------
    "libreoffice: fonts and classes go": (
        '<!DOCTYPE html><html><head><meta name="generator" content="LibreOffice 7.6 (Linux)"/><style>p { margin-bottom: 0.25cm }'
        '</style></head><body lang="en-GB" link="#000080" dir="ltr"><h1 class="western">Supply</h1><p style="line-height: 100%; '
        'margin-bottom: 0cm"><font face="Liberation Serif, serif"><font size="3" style="font-size: 12pt"><b>Oil</b> flows '
        "<i>again</i>.</font></font></p><p><br/>\n</p></body></html>",
        "<h2>Supply</h2>\n<p><strong>Oil</strong> flows <em>again</em>.</p>",
    ),
    "libreoffice: lists": (
        '<ul>\n\t<li><p style="margin-bottom: 0cm">Crude</p>\n\t<ul>\n\t\t<li><p>Light</p></li>\n\t</ul>\n\t</li>\n'
        "\t<li><p>Petrol</p></li>\n</ul>",
        "<ul><li>Crude<ul><li>Light</li></ul></li><li>Petrol</li></ul>",
    ),
    "libreoffice: a table with its repeated head": (
        '<table width="665" cellpadding="4" cellspacing="0"><col width="324"/><col width="324"/><thead><tr valign="top">'
        '<th style="border: none"><p>Grade</p></th><th><p>Price</p></th></tr></thead><tbody><tr><td><p>AI-92</p></td>'
        "<td><p>42,40</p></td></tr></tbody></table>",
        '<table><thead><tr><th scope="col">Grade</th><th scope="col">Price</th></tr></thead>'
        "<tbody><tr><td>AI-92</td><td>42,40</td></tr></tbody></table>",
    ),
    "a spreadsheet's cells": (
        '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><style>td {mso-number-format:General}</style></head><body>'
        "<table border=0 cellpadding=0 width=128 style='border-collapse:collapse;width:96pt'><!--StartFragment--><col width=64 span=2>"
        "<tr height=20 style='height:15.0pt'><td height=20 class=xl65 width=64>Day</td><td>Price</td></tr><tr><td align=right>1</td>"
        "<td align=right>58,45</td></tr><!--EndFragment--></table></body></html>",
        "<table><tbody><tr><td>Day</td><td>Price</td></tr><tr><td>1</td><td>58,45</td></tr></tbody></table>",
    ),
    # Mail and web pages ----------------------------------------------------------------------------
    "mail: safe links are unpacked": (
        '<div>See <a href="https://eur03.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fa%3Fb%3D1&amp;data=05%7C02&amp;reserved=0" '
        'data-auth="NotApplicable">this</a></div><div><br></div><div>Regards</div>',
        '<p>See <a href="https://example.org/a?b=1">this</a></p>\n<p>Regards</p>',
    ),
    "a web page: trackers are taken off its links": (
        '<p>A <a href="https://example.org/story?id=7&amp;utm_source=tg&amp;utm_medium=social&amp;fbclid=IwAR0#part" target="_blank" '
        'rel="noopener" onclick="track()">story</a> and <a href="https://example.org/?gclid=x">a page</a> and '
        '<a href="https://example.org/%D0%BD%D0%B5%D1%84%D1%82%D1%8C?q=a+b">oil</a></p>',
        '<p>A <a href="https://example.org/story?id=7#part">story</a> and <a href="https://example.org/">a page</a> and '
        '<a href="https://example.org/%D0%BD%D0%B5%D1%84%D1%82%D1%8C?q=a+b">oil</a></p>',
    ),
    "a web page: scripts, forms, buttons and pictures go": (
        '<article class="post"><script>track()</script><style>p{color:red}</style><h2 id="x">Supply</h2><div class="ad"><iframe '
        'src="https://ads.example/"></iframe></div><p class="lead" style="color:#333" data-x="1">Oil <mark>flows</mark>.'
        '<img src="https://example.org/a.jpg" onerror="x()"></p><form><input value="mail"><button>Subscribe</button></form></article>',
        "<h2>Supply</h2>\n<p>Oil flows.</p>",
    ),
    "a web page: loose words and double line ends become paragraphs": (
        "First line<br>second line<br><br>Next <b>part</b><div>A division</div>Last",
        "<p>First line<br>second line</p>\n<p>Next <strong>part</strong></p>\n<p>A division</p>\n<p>Last</p>",
    ),
    "a web page: a link around a block, and one to nowhere": (
        '<a href="https://example.org/"><div><h3>Headline</h3><p>Words</p></div></a><p><a href="javascript:void(0)">menu</a> '
        '<a href="#top">up</a> <a href="mailto:a@example.org">mail</a> <a href="tel:+77270000000">call</a></p>',
        '<h3><a href="https://example.org/">Headline</a></h3>\n<p><a href="https://example.org/">Words</a></p>\n'
        '<p>menu up <a href="mailto:a@example.org">mail</a> <a href="tel:+77270000000">call</a></p>',
    ),
    "a web page: quotes, rules and preformatted lines": (
        '<blockquote style="margin:0"><p>Said.</p></blockquote><hr class="x"><pre>one\n two</pre>',
        "<blockquote><p>Said.</p></blockquote>\n<hr>\n<p>one<br>two</p>",
    ),
    "a web page: a table made for looks is its words": (
        '<table width="100%"><tr><td><h2>Supply</h2><p>Words.</p></td></tr></table>',
        "<h2>Supply</h2>\n<p>Words.</p>",
    ),
    "a web page: captions and side heads of a table": (
        "<table class=t><caption>Prices, <b>roubles</b></caption><tr><th>Grade</th><th>Price</th></tr><tr><th>AI-95</th><td>46</td></tr></table>",
        '<table><caption>Prices, <strong>roubles</strong></caption><thead><tr><th scope="col">Grade</th><th scope="col">Price</th></tr>'
        '</thead><tbody><tr><th scope="row">AI-95</th><td>46</td></tr></tbody></table>',
    ),
    "our own page: addresses become paths": (
        '<p><a href="https://news.example/ru/fuel/12-slova/?utm_source=tg">История</a>, <a href="https://news.example.evil/x">чужая</a></p>',
        '<p><a href="/ru/fuel/12-slova/">История</a>, <a href="https://news.example.evil/x">чужая</a></p>',
    ),
    "spaces: soft hyphens and unbreakable spaces of a layout go, those behind figures stay": (
        "<p>Неф\u00adте\u00adпро\u00adвод\u00a0— это\u00a0\u00a0\u00a012\u00a0млн\u00a0тонн\u200b и 10\u00a0000 км.\ufeff</p><p>\u00a0</p>",
        "<p>Нефтепровод — это 12&nbsp;млн тонн и 10&nbsp;000 км.</p>",
    ),
    "marks: neighbours grow together, spaces are not bold alone": (
        "<p><b>One</b><b> two</b><b> </b>three <i></i><span style='font-weight:600'>four</span><b><br></b></p>",
        "<p><strong>One two</strong> three <strong>four</strong></p>",
    ),
    "a chat: bold within headings and items, faces made of several signs": (
        "<h3><strong>Why</strong></h3><ul><li><p><strong>First:</strong> words 👩‍🔧</p></li></ul>",
        "<h3>Why</h3>\n<ul><li><strong>First:</strong> words 👩‍🔧</li></ul>",
    ),
    "nothing worth keeping": (
        "<meta charset=utf-8><style>p{}</style><p>&nbsp;</p><div><br></div>",
        "",
    ),
}
