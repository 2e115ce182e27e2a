import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./shell/App";
import { followTheme } from "./shell/theme";
import "./styles.css";

followTheme();
const root = document.getElementById("root");
if (root) {
  root.replaceChildren(); // the text for browsers that run no modules
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
