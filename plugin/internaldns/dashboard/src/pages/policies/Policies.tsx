export default function Policies(_: object) { return <p>Policies</p>; }
