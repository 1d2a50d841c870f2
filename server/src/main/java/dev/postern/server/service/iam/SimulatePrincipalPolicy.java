package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.EvaluationResult;
import software.amazon.awssdk.services.iam.model.SimulatePrincipalPolicyRequest;
import software.amazon.awssdk.services.iam.model.SimulatePrincipalPolicyResponse;

/**
 * Tells how the policies of a user, group or role would decide, with others that the call gives.
 */
final class SimulatePrincipalPolicy
    extends IamOperation<SimulatePrincipalPolicyRequest, SimulatePrincipalPolicyResponse> {
  private final IamParts parts;
  private final PolicyPages pages;

  SimulatePrincipalPolicy(IamParts parts) {
    super(
        SdkCodec.of(SimulatePrincipalPolicyRequest.class, SimulatePrincipalPolicyRequest::builder),
        true);
    this.parts = parts;
    this.pages = new PolicyPages(parts.marker());
  }

  @Override
  public void validate(SimulatePrincipalPolicyRequest input) {
    SimulationInput simulated = SimulationInput.of(input);
    Constraints constraints =
        PolicyRules.arn(Constraints.of(), "policySourceArn", input.policySourceArn());
    simulated.check(constraints);
    PolicyPages.check(constraints, input.maxItems(), input.marker()).verify();
    PolicyRules.requireArn(input.policySourceArn());
    simulated.requireMeaning(input.resourceHandlingOption());
  }

  @Override
  public Question question(SimulatePrincipalPolicyRequest input, Caller caller) {
    return Question.of(action(), input.policySourceArn());
  }

  @Override
  public SimulatePrincipalPolicyResponse run(Call call, SimulatePrincipalPolicyRequest input) {
    var simulation =
        new Simulation(SimulationInput.of(input), PolicySource.of(parts, input.policySourceArn()));
    String query = name() + input.toBuilder().marker(null).maxItems(null).build();
    long from = pages.open(query, input.marker()).map(Long::parseLong).orElse(0L);
    long to = Math.min(simulation.size(), from + PolicyPages.limit(input.maxItems()));
    List<EvaluationResult> results = new ArrayList<>();
    for (long place = from; place < to; place++) {
      results.add(simulation.result(place));
    }
    PolicyPages.Page<EvaluationResult> page =
        pages.page(query, results, to < simulation.size() ? String.valueOf(to) : "");
    return SimulatePrincipalPolicyResponse.builder()
        .evaluationResults(page.items())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }

  @Override
  public Map<String, Object> auditParameters(SimulatePrincipalPolicyRequest input) {
    Map<String, Object> audited = SimulationInput.of(input).audited();
    if (input.policySourceArn() != null) {
      audited.put("policySourceArn", input.policySourceArn());
    }
    return audited;
  }
}
