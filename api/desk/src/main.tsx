// Starts what runs as long as the page is open, and draws it.

import { render } from "preact";
import { Desk } from "./desk";
import { startKeys } from "./keys";
import { startClock } from "./service/clock";
import { followChanges } from "./service/feed";
import { beginSession } from "./service/session";
import { startAlarm } from "./service/sound";
import { watchStatus } from "./service/status";
import { watchUnpersisted } from "./service/unpersisted";
import { startTheme } from "./theme";
import "./style/page.css";
import "./style/head.css";
import "./style/watch.css";
import "./style/alert.css";
import "./style/city.css";
import "./style/tables.css";
import "./style/print.css";

startTheme();
startClock();
startKeys();
startAlarm();
void beginSession();
void followChanges();
void watchStatus();
void watchUnpersisted();

const root = document.getElementById("desk");
if (root) render(<Desk />, root);
