export default function Views(_: object) { return <p>Views</p>; }
