package dev.postern.server.service.ssm;

/**
 * The document that a call names, whether or not there is one. Nothing is looked up for it.
 *
 * @param name without what an ARN has before it
 * @param arn what policies are asked about
 */
record DocumentReference(String name, String arn, Owner owner) {
  /** Whose document it would be. */
  enum Owner {
    /** The account's. */
    SELF,
    /** It ships with the product. */
    AMAZON,
    /** Of another account or region: there are none of those here. */
    OTHER
  }
}
