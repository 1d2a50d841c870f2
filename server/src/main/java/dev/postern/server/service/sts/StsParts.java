package dev.postern.server.service.sts;

import dev.postern.server.access.AuthorizationMessages;
import dev.postern.server.access.MfaVerification;
import dev.postern.server.access.PrincipalNames;
import dev.postern.server.access.RoleTrust;
import dev.postern.server.store.Store;
import java.time.InstantSource;

/** What the operations of this package are made of. */
record StsParts(
    PrincipalNames names,
    Store store,
    InstantSource clock,
    RoleTrust trust,
    SessionRules rules,
    Mfa mfa,
    AuthorizationMessages messages) {
  static StsParts of(PrincipalNames names, Store store) {
    return new StsParts(
        names,
        store,
        store.clock(),
        new RoleTrust(store, names),
        new SessionRules(store.customerPolicies()),
        new Mfa(new MfaVerification(store.mfaCodes())),
        AuthorizationMessages.of(store));
  }
}
