import { lazy, Suspense } from "react";
import { Route, Switch } from "wouter";

import { Page } from "../parts/Page";
import { Loading, Nothing } from "../parts/States";

// Each page is a file of its own, which is loaded when it is first shown.
const Start = lazy(() => import("../pages/start/Start"));
const Zones = lazy(() => import("../pages/zones/Zones"));
const Zone = lazy(() => import("../pages/zone/Zone"));
const Views = lazy(() => import("../pages/views/Views"));
const View = lazy(() => import("../pages/views/View"));
const Policies = lazy(() => import("../pages/policies/Policies"));
const Policy = lazy(() => import("../pages/policies/Policy"));
const Lists = lazy(() => import("../pages/lists/Lists"));
const List = lazy(() => import("../pages/lists/List"));
const Locations = lazy(() => import("../pages/locations/Locations"));
const Location = lazy(() => import("../pages/locations/Location"));
const Tester = lazy(() => import("../pages/tester/Tester"));
const Changes = lazy(() => import("../pages/changes/Changes"));
const Queries = lazy(() => import("../pages/queries/Queries"));
const Tokens = lazy(() => import("../pages/tokens/Tokens"));
const Token = lazy(() => import("../pages/tokens/Token"));
const Api = lazy(() => import("../pages/api/Api"));
const History = lazy(() => import("../pages/history/History"));
const Change = lazy(() => import("../pages/history/Change"));

export function Routes() {
  return (
    <Suspense fallback={<Waiting />}>
      <Switch>
        <Route path="/" component={Start} />
        <Route path="/zones" component={Zones} />
        <Route path="/zones/:id/:tab?">{(at) => <Zone key={at.id} id={at.id} tab={at.tab ?? "records"} />}</Route>
        <Route path="/views" component={Views} />
        <Route path="/views/:id">{(at) => <View key={at.id} id={at.id} />}</Route>
        <Route path="/policies" component={Policies} />
        <Route path="/policies/:id">{(at) => <Policy key={at.id} id={at.id} />}</Route>
        <Route path="/lists" component={Lists} />
        <Route path="/lists/:id">{(at) => <List key={at.id} id={at.id} />}</Route>
        <Route path="/locations" component={Locations} />
        <Route path="/locations/:id">{(at) => <Location key={at.id} id={at.id} />}</Route>
        <Route path="/tester" component={Tester} />
        <Route path="/changes" component={Changes} />
        <Route path="/history" component={History} />
        <Route path="/history/:revision">{(at) => <Change revision={Number(at.revision)} />}</Route>
        <Route path="/queries" component={Queries} />
        <Route path="/tokens" component={Tokens} />
        <Route path="/tokens/:id">{(at) => <Token key={at.id} id={at.id} />}</Route>
        <Route path="/api" component={Api} />
        <Route>
          <Page title="There is no such page">
            <Nothing title="Nothing is here">The address leads nowhere. The pages are on the left.</Nothing>
          </Page>
        </Route>
      </Switch>
    </Suspense>
  );
}

function Waiting() {
  return (
    <div className="mx-auto w-full max-w-6xl px-4 py-8 sm:px-8">
      <Loading />
    </div>
  );
}
