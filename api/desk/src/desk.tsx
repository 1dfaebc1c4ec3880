// The page: what is always in sight, and the view that the address names.

import type { ComponentChildren } from "preact";
import { isListOpen, useKeys } from "./keys";
import { ActDialog, askedAct } from "./parts/act_dialog";
import { Head } from "./parts/head";
import { KeyList } from "./parts/key_list";
import { NameDialog } from "./parts/name_dialog";
import { FireBanner, Told, TroubleBar } from "./parts/notices";
import { addresses, go, route } from "./route";
import { nameWanted, undo } from "./service/acts";
import { trouble } from "./service/freshness";
import { session } from "./service/session";
import { switchSound } from "./service/sound";
import { switchTheme } from "./theme";
import { AlertView } from "./views/alert";
import { BuildingView } from "./views/building";
import { City } from "./views/city";
import { History } from "./views/history";
import { Ledger } from "./views/ledger";
import { LogIn } from "./views/log_in";
import { ShiftReport } from "./views/shift_report";
import { Watch } from "./views/watch";
import { switchLanguage } from "./words";

export function Desk() {
  useKeys([
    { keys: ["w"], name: "watch", run: () => go(addresses.watch) },
    { keys: ["c"], name: "city", run: () => go(addresses.city) },
    { keys: ["h"], name: "history", run: () => go(addresses.history) },
    { keys: ["l"], name: "ledger", run: () => go(addresses.ledger) },
    { keys: ["r"], name: "report", run: () => go(addresses.report) },
    { keys: ["u"], name: "undo", run: () => void undo() },
    { keys: ["s"], name: "sound", run: switchSound },
    { keys: ["t"], name: "theme", run: switchTheme },
    { keys: ["y"], name: "language", run: switchLanguage },
    { keys: ["?"], name: "keys", run: () => (isListOpen.value = true) },
  ]);
  if (session.value === "out") return <LogIn />;
  return (
    <div class={trouble.value ? "desk stale" : "desk"}>
      <TroubleBar />
      <Head />
      <FireBanner />
      <main>
        <View />
      </main>
      <Told />
      {isListOpen.value && <KeyList />}
      {nameWanted.value && <NameDialog onName={nameWanted.value} />}
      {askedAct.value && <ActDialog asked={askedAct.value} />}
    </div>
  );
}

function View(): ComponentChildren {
  const { value } = route;
  switch (value.view) {
    case "watch":
      return <Watch />;
    case "alert":
      return <AlertView key={value.id} id={value.id} />;
    case "city":
      return <City />;
    case "building":
      return <BuildingView key={value.code} code={value.code} />;
    case "history":
      return <History />;
    case "ledger":
      return <Ledger />;
    case "report":
      return <ShiftReport />;
  }
}
