import { FlaskIcon } from "@phosphor-icons/react";
import { useSearchParams } from "wouter";

import { Page } from "../../parts/Page";
import { Nothing } from "../../parts/States";
import { Ask } from "./Ask";
import { Comparison, Explanation } from "./Explanation";
import { formOf, otherOf, paramsOf } from "./form";

/** Tester tells why a query is answered as it is. What is asked stands in the address. */
export default function Tester() {
  const [params, setParams] = useSearchParams();
  const asked = formOf(params);
  const other = otherOf(asked);
  return (
    <Page title="Tester" about="Asks this server how it would answer a query, and why: nothing is sent to anybody.">
      <Ask key={params.toString()} start={asked} ask={(form) => setParams(paramsOf(form))} />
      {!asked.name ? (
        <Nothing icon={<FlaskIcon size={40} />} title="Nothing was asked yet">
          Give a name, and the address of a client that policies should see.
        </Nothing>
      ) : other ? (
        <Comparison form={asked} other={other} />
      ) : (
        <Explanation form={asked} />
      )}
    </Page>
  );
}
