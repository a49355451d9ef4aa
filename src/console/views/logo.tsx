/** A sallyport: the guarded gate in a wall. */
export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M8 27V13a8 8 0 0 1 16 0v14" />
      <path d="M16 8v19" />
    </svg>
  );
}
