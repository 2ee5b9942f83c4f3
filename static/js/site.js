// What every page runs. collectstatic writes these modules into one file, as it does the sheets.
import "./page.js";
import "./ticker.js";
