use crowd::*;
fn main(){
 let exp: serde_json::Value = serde_json::from_slice(&std::fs::read("/work/shared/testdata/crowd/expected-dev.json").unwrap()).unwrap();
 for f in std::env::args().skip(1){
  let b=std::fs::read(&f).unwrap();
  let base=Instance::from_json(&b).unwrap();
  let mut sc=vec!["base".to_string()];
  sc.extend(base.draft().closures.iter().map(|c|c.id.clone()));
  for s in sc { let i=base.closed(&s).unwrap();
   let e=exp.as_array().unwrap().iter().find(|e|e["id"]==base.draft().id.as_str()).unwrap();
   let e=&e["scenarios"][&s];
   let ent: Vec<referee::Entry> = serde_json::from_value(e["best_known_plan"].clone()).unwrap();
   let v=referee::check(base.draft(), i.shut(), &ent, &[]);
   println!("{} {s} REF {} vs {} faults {:?}", base.draft().id, v.makespan_s, e["best_known_block_plan_s"], v.faults);
   let p=plan(&i,1,|k|k<20000).unwrap();
   let j=plan_json(&i,&p,1).unwrap();
   let ent: Vec<referee::Entry> = serde_json::from_value(j["classes"].clone()).unwrap();
   let v=referee::check(base.draft(), i.shut(), &ent, &[]);
   println!("   OURS {} vs {} faults {:?} mixed {} wait {}", v.makespan_s, j["makespan_s"], v.faults, p.mixed, p.mean_wait_s);
   let t=std::time::Instant::now();
   let ev=evacuate(&i,1,|k|k<300).unwrap();
   println!("   EVAC clear {} nearest {} floor {} {:?} posts {}", ev.clearance, ev.nearest, ev.floor,t.elapsed(), j["posts"].as_array().unwrap().len());
  }
 }
}
