use crowd::*;
fn main(){
 let secs: f64 = std::env::var("SECS").ok().and_then(|v|v.parse().ok()).unwrap_or(2.0);
 let seeds: u64 = std::env::var("SEEDS").ok().and_then(|v|v.parse().ok()).unwrap_or(1);
 let exp: serde_json::Value = serde_json::from_slice(&std::fs::read("/work/shared/testdata/crowd/expected-dev.json").unwrap()).unwrap();
 let mut sum=0.0; let mut n=0; let mut sumlb=0.0;
 for f in std::env::args().skip(1){
  let b=std::fs::read(&f).unwrap();
  let base=Instance::from_json(&b).unwrap();
  let mut sc=vec!["base".to_string()];
  sc.extend(base.draft().closures.iter().map(|c|c.id.clone()));
  for s in sc { let i=base.closed(&s).unwrap();
   let e=exp.as_array().unwrap().iter().find(|e|e["id"]==base.draft().id.as_str()).unwrap();
   let e=&e["scenarios"][&s]; let best=e["best_known_block_plan_s"].as_f64().unwrap(); let lb=e["lb_dismissal_s"].as_f64().unwrap();
   print!("{:8} {:5} lb {} best {} 1pass {} |",&base.draft().id[..8],s,lb,best,e["one_pass_greedy_s"]);
   for seed in 0..seeds {
   let t=std::time::Instant::now(); let mut st=0; let mut first=0.0;
   let mut trace=vec![]; let mut next=0.05;
   let m = try_plan(&i,seed,&mut |k,m|{ st=k; let e=t.elapsed().as_secs_f64(); if k==0 {first=e; trace.push(m);} else if e>next {next*=2.0; trace.push(m);} e<secs});
   print!(" {m} ({:.3}/{:.3}) steps {st} first {:.1}ms {trace:?}",m as f64/best, m as f64/lb, first*1000.0);
   sum+=m as f64/best; sumlb+=m as f64/lb; n+=1;
   }
   println!();
  }
 }
 println!("mean vs best {:.4} vs lb {:.4}",sum/n as f64,sumlb/n as f64);
}
