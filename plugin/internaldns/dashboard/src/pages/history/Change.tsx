export default function Change(_: { revision: number }) { return <p>Change</p>; }
