import { forwardRef, type AnchorHTMLAttributes } from "react";
import { Link } from "wouter";

type Props = AnchorHTMLAttributes<HTMLAnchorElement> & { to?: string };

/** RouterLink is the link of Kumo's components: places within the pages load nothing anew. */
export const RouterLink = forwardRef<HTMLAnchorElement, Props>(function RouterLink({ to, href, ...rest }, ref) {
  const place = to ?? href ?? "";
  if (!place.startsWith("/") || place.startsWith("/client/")) return <a ref={ref} href={place} {...rest} />;
  return <Link ref={ref} href={place} {...rest} />;
});
