package dev.postern.server.store;

/** How a change of documents ended; nothing was changed unless it is {@link #DONE}. */
public enum DocumentOutcome {
  DONE,
  NO_DOCUMENT,
  NO_VERSION,
  /** A document of this name exists. */
  NAME_TAKEN,
  TOO_MANY_DOCUMENTS,
  TOO_MANY_VERSIONS,
  /** Another version of the document has this name. */
  VERSION_NAME_TAKEN,
  /** The document has a newer version than the caller thinks. */
  NOT_LATEST,
  /** The version is the default one. */
  IS_DEFAULT,
  /** The document is shared. */
  SHARED,
  TOO_MANY_ACCOUNTS,
  TOO_MANY_PUBLIC
}
