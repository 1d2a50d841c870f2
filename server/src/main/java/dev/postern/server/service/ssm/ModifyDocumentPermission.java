package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.DocumentShare;
import dev.postern.server.store.DocumentShares;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.ssm.model.ModifyDocumentPermissionRequest;
import software.amazon.awssdk.services.ssm.model.ModifyDocumentPermissionResponse;

/** Shares a document with other accounts, or stops that. It is kept; here nobody else calls. */
final class ModifyDocumentPermission
    extends SsmOperation<ModifyDocumentPermissionRequest, ModifyDocumentPermissionResponse> {
  /** Accounts that one call adds, and that one removes. */
  static final int ACCOUNTS_MAX = 20;

  private static final Pattern ACCOUNT = Pattern.compile("(?i)all|[0-9]{12}");
  private static final Pattern SHARED_VERSION = Pattern.compile("([$]LATEST|[$]DEFAULT|[$]ALL)");
  private static final String SHARED_VERSION_DEFAULT = "$DEFAULT";

  private final SessionDocuments documents;
  private final DocumentShares shares;

  ModifyDocumentPermission(SessionParts parts) {
    super(
        SdkCodec.of(
            ModifyDocumentPermissionRequest.class, ModifyDocumentPermissionRequest::builder),
        false);
    this.documents = parts.documents();
    this.shares = parts.store().documentShares();
  }

  @Override
  public void validate(ModifyDocumentPermissionRequest input) {
    Constraints constraints = DocumentRules.name(input.name());
    DocumentRules.permissionType(constraints, input.permissionTypeAsString())
        .member("sharedDocumentVersion", input.sharedDocumentVersion())
        .pattern(SHARED_VERSION);
    accounts(constraints, "accountIdsToAdd", input.accountIdsToAdd());
    accounts(constraints, "accountIdsToRemove", input.accountIdsToRemove());
    constraints.verify();
    if (input.accountIdsToAdd().isEmpty() && input.accountIdsToRemove().isEmpty()) {
      throw new Fault("ValidationException", 400, "Specify AccountIdsToAdd or AccountIdsToRemove.");
    }
  }

  private static void accounts(Constraints constraints, String member, List<String> accounts) {
    constraints.member(member, accounts).length(0, ACCOUNTS_MAX);
    int index = 0;
    for (String account : accounts) {
      index++;
      constraints.member(member + "." + index + ".member", account).pattern(ACCOUNT);
    }
  }

  @Override
  public Question question(ModifyDocumentPermissionRequest input, Caller caller) {
    return DocumentRules.question(action(), documents.reference(input.name()), documents);
  }

  @Override
  public ModifyDocumentPermissionResponse run(Call call, ModifyDocumentPermissionRequest input) {
    DocumentReference reference = documents.reference(input.name());
    DocumentRules.requireOwn(call.permit(), action(), reference);
    String version =
        input.sharedDocumentVersion() == null
            ? SHARED_VERSION_DEFAULT
            : input.sharedDocumentVersion();
    DocumentRules.requireDone(
        shares.change(
            reference.name(),
            stored(input.accountIdsToAdd()).stream()
                .map(account -> new DocumentShare(account, version))
                .toList(),
            stored(input.accountIdsToRemove())),
        reference.name());
    return ModifyDocumentPermissionResponse.builder().build();
  }

  /** {@code All} is spelled in any way. */
  private static List<String> stored(List<String> accounts) {
    return accounts.stream().map(account -> account.toLowerCase(Locale.ROOT)).distinct().toList();
  }

  @Override
  public Map<String, Object> auditParameters(ModifyDocumentPermissionRequest input) {
    var parameters = new LinkedHashMap<String, Object>();
    parameters.put("name", input.name());
    parameters.put("permissionType", input.permissionTypeAsString());
    if (input.hasAccountIdsToAdd()) {
      parameters.put("accountIdsToAdd", input.accountIdsToAdd());
    }
    if (input.hasAccountIdsToRemove()) {
      parameters.put("accountIdsToRemove", input.accountIdsToRemove());
    }
    DocumentRules.audit(parameters, "sharedDocumentVersion", input.sharedDocumentVersion());
    return parameters;
  }
}
