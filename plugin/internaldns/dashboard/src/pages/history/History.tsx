export default function History(_: object) { return <p>History</p>; }
