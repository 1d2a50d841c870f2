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
import software.amazon.awssdk.services.iam.model.SimulateCustomPolicyRequest;
import software.amazon.awssdk.services.iam.model.SimulateCustomPolicyResponse;

/** Tells how policies that the call gives would decide (spec/aws-api.md 3.1). */
final class SimulateCustomPolicy
    extends IamOperation<SimulateCustomPolicyRequest, SimulateCustomPolicyResponse> {
  private final PolicyPages pages;

  SimulateCustomPolicy(IamParts parts) {
    super(
        SdkCodec.of(SimulateCustomPolicyRequest.class, SimulateCustomPolicyRequest::builder), true);
    this.pages = new PolicyPages(parts.marker());
  }

  @Override
  public void validate(SimulateCustomPolicyRequest input) {
    SimulationInput simulated = SimulationInput.of(input);
    Constraints constraints =
        Constraints.of().member("policyInputList", input.policyInputList()).required();
    simulated.check(constraints);
    PolicyPages.check(constraints, input.maxItems(), input.marker()).verify();
    simulated.requireMeaning(input.resourceHandlingOption());
  }

  @Override
  public Question question(SimulateCustomPolicyRequest input, Caller caller) {
    return Question.of(action(), "*");
  }

  @Override
  public SimulateCustomPolicyResponse run(Call call, SimulateCustomPolicyRequest input) {
    var simulation = new Simulation(SimulationInput.of(input), PolicySource.NOBODY);
    String query = name() + input.toBuilder().marker(null).maxItems(null).build();
    long from = pages.open(query, input.marker()).map(Long::parseLong).orElse(0L);
    long to = Math.min(simulation.size(), from + PolicyPages.limit(input.maxItems()));
    List<EvaluationResult> results = new ArrayList<>();
    for (long place = from; place < to; place++) {
      results.add(simulation.result(place));
    }
    PolicyPages.Page<EvaluationResult> page =
        pages.page(query, results, to < simulation.size() ? String.valueOf(to) : "");
    return SimulateCustomPolicyResponse.builder()
        .evaluationResults(page.items())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }

  @Override
  public Map<String, Object> auditParameters(SimulateCustomPolicyRequest input) {
    return SimulationInput.of(input).audited();
  }
}
