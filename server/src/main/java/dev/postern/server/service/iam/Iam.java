package dev.postern.server.service.iam;

import dev.postern.server.service.NextToken;
import dev.postern.server.service.Operation;
import dev.postern.server.service.Service;
import dev.postern.server.store.Store;
import java.util.ArrayList;
import java.util.List;

/** The service as the edge knows it. */
public final class Iam {
  private static final String NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/";

  private Iam() {}

  public static Service service(String accountId, Store store, NextToken marker) {
    IamParts parts = new IamParts(new IamArns(accountId), store, marker);
    List<Operation<?, ?>> operations = new ArrayList<>();
    operations.addAll(UserOperations.of(parts));
    operations.addAll(RoleOperations.of(parts));
    operations.addAll(InstanceProfileOperations.of(parts));
    operations.addAll(OidcProviderOperations.of(parts));
    operations.addAll(PolicyOperations.of(parts));
    return Service.global("iam", new Service.Protocol.Query("2010-05-08", NAMESPACE), operations);
  }
}
