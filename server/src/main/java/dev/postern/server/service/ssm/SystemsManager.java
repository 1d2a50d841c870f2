package dev.postern.server.service.ssm;

import dev.postern.server.bus.Bus;
import dev.postern.server.service.Account;
import dev.postern.server.service.AgentCall;
import dev.postern.server.service.NextToken;
import dev.postern.server.service.Service;
import dev.postern.server.service.Service.Protocol;
import dev.postern.server.shape.TreeCodec;
import dev.postern.server.store.Store;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** The Systems Manager API, as far as this server has it. */
public final class SystemsManager {
  /** As trust policies call this service. */
  static final String PRINCIPAL = "ssm.amazonaws.com";

  private SystemsManager() {}

  /**
   * What the operator chose.
   *
   * @param publicUrl where clients and nodes reach this server
   */
  public record Settings(URI publicUrl, DocumentCheck documentCheck) {}

  /**
   * The service's operations.
   *
   * @param random of cryptographic strength: activation codes come from it
   */
  public static Service service(
      Account account,
      Store store,
      Bus bus,
      Settings settings,
      NextToken nextToken,
      RandomGenerator random) {
    SessionParts parts = SessionParts.of(account, store, bus, settings, nextToken, random);
    return Service.regional(
        "ssm",
        new Protocol.AwsJson("AmazonSSM"),
        List.of(
            new StartSession(parts),
            new ResumeSession(parts),
            new TerminateSession(parts),
            new DescribeSessions(parts),
            new GetConnectionStatus(parts),
            new CreateDocument(parts),
            new UpdateDocument(parts),
            new UpdateDocumentDefaultVersion(parts),
            new GetDocument(parts),
            new DescribeDocument(parts),
            new ListDocuments(parts),
            new ListDocumentVersions(parts),
            new DeleteDocument(parts),
            new ModifyDocumentPermission(parts),
            new DescribeDocumentPermission(parts),
            new CreateActivation(parts),
            new DescribeActivations(parts),
            new DeleteActivation(parts),
            new DescribeInstanceInformation(parts),
            new DeregisterManagedInstance(parts),
            new UpdateManagedInstanceRole(parts),
            new AddTagsToResource(parts),
            new RemoveTagsFromResource(parts),
            new ListTagsForResource(parts),
            new RegisterManagedInstance(parts),
            new RequestManagedInstanceRoleToken(parts),
            new UpdateManagedInstancePublicKey(parts),
            new UpdateInstanceInformation(parts),
            agentCall("ListInstanceAssociations", Map.of("Associations", List.of())),
            agentCall("ListAssociations", Map.of("Associations", List.of())),
            agentCall("UpdateInstanceAssociationStatus", Map.of()),
            agentCall("UpdateAssociationStatus", Map.of()),
            agentCall("PutComplianceItems", Map.of()),
            agentCall("PutInventory", Map.of())));
  }

  private static AgentCall agentCall(String name, Map<String, Object> answer) {
    return new AgentCall(name, "ssm:" + name, TreeCodec.of(), answer);
  }
}
