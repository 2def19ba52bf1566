import "./shell";
import "./palette";
import "./keys";
import "./forms";
import "./help";
import "./when";
import "./tabs";
import "./combobox";
import "./drop";
import "./progress";
import "./rows";
import "./cells";
import "./filters";
import "./lists";
import "./choices";
import "./select";
import "./rowmenu";
import "./duplicates";
import "./notes";
import "./upload";
import "./review";
import "./tour";
import "./passkey";

// A chart brings ECharts with it, so its code is fetched only where one stands on the page.
const whenThere = () => {
  if (document.querySelector("rc-chart") && !customElements.get("rc-chart")) {
    void import("./chart");
  }
};
whenThere();
new MutationObserver(whenThere).observe(document.documentElement, { childList: true, subtree: true });
